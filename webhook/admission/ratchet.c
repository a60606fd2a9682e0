/* SPDX-License-Identifier: Apache-2.0 */
#include "admission/ratchet.h"

/* What a side calls its groups, applications and deployments. */
struct names {
    const struct ratchet_side *side;
    struct named_list groups, applications, deployments;
};

/* A fault as it is compared. */
struct fault {
    const struct finding *finding;
    const char *place;
    bool used; /* it has explained one already */
};

struct faults {
    struct fault *items;
    size_t count;
};

/* Deployments of different applications may share a name. */
static const char *deployment_name(struct arena *arena, const struct serve_deployment *deployment)
{
    return arena_printf(arena, "%s\n%s", deployment->application->name, deployment->name);
}

static void name_application(struct arena *arena, struct names *names,
                             const struct serve_application *application)
{
    named_add(&names->applications, application->name, application);
    for (size_t i = 0; i < application->deployment_count; i++) {
        const char *name = deployment_name(arena, &application->deployments[i]);

        if (name)
            named_add(&names->deployments, name, &application->deployments[i]);
    }
}

static struct names names_of(struct arena *arena, const struct ratchet_side *side)
{
    struct names names = {.side = side, .groups = ray_groups_by_name(arena, side->service)};

    if (!side->config)
        return names;
    names.applications = named_list_new(arena, side->config->application_count);
    names.deployments = named_list_new(arena, side->config->deployment_count);
    for (size_t i = 0; i < side->config->application_count; i++)
        name_application(arena, &names, &side->config->applications[i]);
    named_sort(&names.applications);
    named_sort(&names.deployments);
    return names;
}

/* Writes a place while it is read: `workerGroupSpecs[1].x` becomes `workerGroupSpecs{small}.x`. */
struct writer {
    struct arena *arena;
    const struct names *own, *other;
    const struct serve_application *application; /* the one the place has gone through */
    struct text out;
};

/* The name of the item, if the other side has one of that name: else it came, went or was renamed.
 */
static const char *group_at(struct writer *writer, size_t index)
{
    const struct ray_service *service = writer->own->side->service;
    const char *name = index < service->group_count ? service->groups[index].name : "";

    return *name && named_find(&writer->other->groups, name) ? name : NULL;
}

static const char *application_at(struct writer *writer, size_t index)
{
    const struct serve_config *config = writer->own->side->config;

    if (!config || index >= config->application_count)
        return NULL;
    writer->application = &config->applications[index];
    return named_find(&writer->other->applications, writer->application->name)
               ? writer->application->name
               : NULL;
}

static const char *deployment_at(struct writer *writer, size_t index)
{
    const struct serve_application *application = writer->application;
    const struct serve_deployment *deployment;
    const char *name;

    if (!application || index >= application->deployment_count)
        return NULL;
    deployment = &application->deployments[index];
    name = *deployment->name ? deployment_name(writer->arena, deployment) : NULL;
    return name && named_find(&writer->other->deployments, name) ? deployment->name : NULL;
}

static const struct {
    const char *list; /* how its items begin in a place */
    const char *(*name_at)(struct writer *writer, size_t index);
} lists[] = {
    {"workerGroupSpecs[", group_at},
    {"applications[", application_at},
    {"deployments[", deployment_at},
};

/* The length of `[0-9]{1,9}]`, and the number; 0 if it is none. */
static size_t read_index(const char *text, size_t *ret)
{
    size_t digits = strspn(text, "0123456789");

    if (!digits || digits > 9 || text[digits] != ']')
        return 0;
    *ret = 0;
    for (size_t i = 0; i < digits; i++)
        *ret = *ret * 10 + (size_t)(text[i] - '0');
    return digits + 1;
}

/* One item of a list at the start of text: writes its name and returns its length, or 0. */
static size_t write_item(struct writer *writer, const char *text)
{
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        size_t prefix = strlen(lists[i].list), length, index;
        const char *name;

        if (strncmp(text, lists[i].list, prefix) != 0)
            continue;
        length = read_index(text + prefix, &index);
        name = length ? lists[i].name_at(writer, index) : NULL;
        if (!name)
            return 0;
        text_printf(&writer->out, "%.*s{%s}", (int)prefix - 1, text, name);
        return prefix + length;
    }
    return 0;
}

static const char *place_of(struct arena *arena, const struct names *own, const struct names *other,
                            const char *field)
{
    struct writer writer = {.arena = arena, .own = own, .other = other, .out = text_new(arena)};

    while (*field) {
        size_t length = write_item(&writer, field);

        if (!length)
            text_putc(&writer.out, *field);
        field += length ? length : 1;
    }
    return text_string(&writer.out);
}

static struct faults faults_of(struct arena *arena, const struct names *own,
                               const struct names *other)
{
    const struct findings *findings = own->side->findings;
    struct faults faults = {.items = arena_array(arena, findings->count, sizeof *faults.items)};

    if (!faults.items)
        return faults;
    for (const struct finding *each = findings->first; each; each = each->next)
        faults.items[faults.count++] =
            (struct fault){.finding = each, .place = place_of(arena, own, other, each->field)};
    return faults;
}

/* Rules stop counting somewhere, and then nobody knows which of the faults are old. */
static bool is_full(const struct faults *faults, unsigned order)
{
    size_t count = 0;

    for (size_t i = 0; i < faults->count; i++)
        count += faults->items[i].finding->order == order;
    return count >= FINDINGS_PER_RULE;
}

static bool explains(struct faults *faults, const struct finding *finding, const char *place)
{
    for (size_t i = 0; i < faults->count; i++) {
        struct fault *fault = &faults->items[i];

        if (fault->used || fault->finding->order != finding->order ||
            strcmp(fault->place, place) != 0 || !finding_is_as_bad(fault->finding, finding))
            continue;
        fault->used = true;
        return true;
    }
    return is_full(faults, finding->order);
}

void ratchet(struct arena *arena, const struct ratchet_side *old, const struct ratchet_side *new)
{
    struct names old_names = names_of(arena, old), new_names = names_of(arena, new);
    struct faults before = faults_of(arena, &old_names, &new_names);

    for (struct finding *each = new->findings->first; each; each = each->next)
        if (each->level == LEVEL_DENY &&
            explains(&before, each, place_of(arena, &new_names, &old_names, each->field)))
            each->level = LEVEL_WARN;
}
