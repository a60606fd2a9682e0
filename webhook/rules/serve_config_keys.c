/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that Ray drops in silence, and where they were meant to stand. */
#include "core/nearest.h"
#include "rules/serve_config.h"

/* Looks for the key in the objects around the one it stands in. */
struct search {
    struct arena *arena;
    const char *key;
    uint64_t releases;
    const struct ray_object *object;
    struct nearest nearest;
    struct text places; /* "http_options or grpc_options" */
};

static void offer(void *context, const char *name)
{
    struct search *search = context;

    nearest_offer(&search->nearest, name);
}

struct member_search {
    const char *key;
    bool found;
};

static void compare(void *context, const char *name)
{
    struct member_search *search = context;

    search->found |= strcmp(search->key, name) == 0;
}

static bool has_field(const struct ray_object *object, const char *key, uint64_t releases)
{
    struct member_search search = {.key = key};

    if (object)
        ray_object_fields(object, releases, compare, &search);
    return search.found;
}

static void look_inside(void *context, const char *name)
{
    struct search *search = context;
    const struct ray_object *inner = ray_object_member(search->object, name);

    if (!inner || !has_field(inner, search->key, search->releases))
        return;
    text_printf(&search->places, "%s%s", search->places.size ? " or " : "", name);
}

/* What to write instead; "" where nothing is near. */
static const char *advice(const struct rule_input *input, const struct ray_fault *fault,
                          uint64_t releases)
{
    int since = ray_object_since(fault->object, fault->at->key);
    struct search search = {.arena = input->arena,
                            .key = fault->at->key,
                            .releases = releases,
                            .object = fault->object,
                            .nearest = nearest_to(fault->at->key),
                            .places = text_new(input->arena)};

    if (*fault->fix)
        return fault->fix;
    if (since && since > RAY_OLDEST && !(releases & ray_releases(since, 0)))
        return arena_printf(input->arena, "it needs Ray %d.%d", since / 100, since % 100);
    if (since)
        return "remove it";
    if (has_field(fault->outer, fault->at->key, releases) && !ray_object_open(fault->object))
        return arena_printf(input->arena, "move it one level up, out of %s",
                            ray_object_name(fault->object));
    ray_object_fields(fault->object, releases, look_inside, &search);
    if (search.places.size)
        return arena_printf(input->arena, "move it one level down, into %s",
                            text_string(&search.places));
    ray_object_fields(fault->object, releases, offer, &search);
    if (search.nearest.best)
        return arena_printf(input->arena, "did you mean %s?", search.nearest.best);
    return "";
}

void serve_config_check_ignored(const struct rule_input *input, struct findings *findings)
{
    uint64_t releases = serve_config_releases(input), newest = serve_config_newest(releases);
    const struct ray_fault *fault = input->faults->of[RAY_STAGE_IGNORED].first;

    for (; fault; fault = fault->next) {
        const char *fix = advice(input, fault, newest);

        if (!(fault->releases & newest) || (ray_object_open(fault->object) && !*fix))
            continue;
        report(findings, fault->at, *fix ? fix : "remove it, or mend its name",
               "%s ignores the key %s in %s",
               serve_config_ray(input->arena, fault->releases & releases), fault->at->key,
               ray_object_name(fault->object));
    }
}

void serve_config_check_deprecated(const struct rule_input *input, struct findings *findings)
{
    uint64_t releases = serve_config_releases(input), newest = serve_config_newest(releases);
    const struct ray_fault *fault = input->faults->of[RAY_STAGE_DEPRECATED].first;

    for (; fault; fault = fault->next)
        if (fault->releases & newest)
            report(findings, fault->at, fault->fix, "%s %s",
                   serve_config_ray(input->arena, fault->releases & releases), fault->message);
}
