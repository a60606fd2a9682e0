/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/policy_sources.h"

/* One kind of source being looked for. */
struct seeking {
    const struct rule_input *input;
    struct findings *findings;
    const struct limit_texts *prefixes;
    const char *ends; /* what may follow a prefix, because a part of the name ends there */
    const char *fix;
};

const char *limit_list_text(struct arena *arena, const struct limit_texts *list)
{
    struct text text = text_new(arena);

    for (size_t i = 0; i < list->count; i++)
        text_printf(&text, "%s%s", i ? ", " : "", list->items[i]);
    return text_string(&text);
}

/* `registry.example` is not the beginning of `registry.example.evil`. */
static bool begins_with(const char *text, const char *prefix, const char *ends)
{
    size_t size = strlen(prefix);

    if (strncmp(text, prefix, size) != 0)
        return false;
    return !text[size] || strchr(ends, text[size]) || (size && strchr(ends, prefix[size - 1]));
}

static bool is_allowed(const struct seeking *seeking, const char *source)
{
    for (size_t i = 0; i < seeking->prefixes->count; i++)
        if (begins_with(source, seeking->prefixes->items[i], seeking->ends))
            return !strstr(source, "/../") && !strchr(source, '\\');
    return false;
}

static void judge(const struct seeking *seeking, const struct path *at, const char *source)
{
    struct finding *finding;

    if (!source || is_allowed(seeking, source))
        return;
    finding = report(seeking->findings, at, seeking->fix, "%.100s: this policy allows %.100s",
                     source, limit_list_text(seeking->input->arena, seeking->prefixes));
    if (finding)
        finding->value = source;
}

static void judge_member(const struct seeking *seeking, const struct path *up,
                         const struct yaml_value *mapping, const char *key)
{
    const struct yaml_value *value = yaml_member(mapping, key);
    struct path at;

    if (!value || value->kind != YAML_STRING)
        return;
    at = serve_member_path(up, mapping, key);
    judge(seeking, &at, arena_copy(seeking->input->arena, value->text));
}

/* --- runtime_env: of each application, and of each deployment's actors ---------------------------
 */

typedef void look_function(const struct seeking *seeking, const struct path *at,
                           const struct yaml_value *env);

static void look_into(const struct seeking *seeking, look_function *look, const struct path *up,
                      const struct yaml_value *owner)
{
    const struct yaml_value *env = yaml_member(owner, "runtime_env");
    struct path at;

    if (!env)
        return;
    at = serve_member_path(up, owner, "runtime_env");
    look(seeking, &at, env);
}

static void look_into_deployments(const struct seeking *seeking, look_function *look,
                                  const struct serve_application *application)
{
    for (size_t i = 0; i < application->deployment_count; i++) {
        const struct serve_deployment *deployment = &application->deployments[i];
        struct path at = serve_member_path(&deployment->at, deployment->value, "ray_actor_options");

        look_into(seeking, look, &at, deployment->actor_options);
    }
}

static void look_into_all(const struct seeking *seeking, look_function *look)
{
    const struct serve_config *config = seeking->input->config;

    for (size_t i = 0; i < config->application_count; i++) {
        const struct serve_application *application = &config->applications[i];

        look_into(seeking, look, &application->at, application->value);
        look_into_deployments(seeking, look, application);
    }
}

static void look_for_image(const struct seeking *seeking, const struct path *at,
                           const struct yaml_value *env)
{
    struct path container = serve_member_path(at, env, "container");

    judge_member(seeking, at, env, "image_uri");
    judge_member(seeking, &container, yaml_member(env, "container"), "image");
}

static void look_for_code(const struct seeking *seeking, const struct path *at,
                          const struct yaml_value *env)
{
    const struct yaml_value *modules = yaml_member(env, "py_modules");
    struct path list = serve_member_path(at, env, "py_modules");
    size_t index = 0;

    judge_member(seeking, at, env, "working_dir");
    if (!modules || modules->kind != YAML_SEQUENCE)
        return;
    for (const struct yaml_value *each = modules->first; each; each = each->next, index++)
        if (each->kind == YAML_STRING)
            judge(seeking, PATH_AT(PATH_INDEX(&list, index), each->line, each->column),
                  arena_copy(seeking->input->arena, each->text));
}

/* --- images of containers
 * ------------------------------------------------------------------------- */

static void judge_containers(const struct seeking *seeking, const struct path *pod,
                             const struct json *spec, const char *key)
{
    const struct json *list = json_member(spec, key);
    const struct path *at = PATH_KEY(pod, key);
    size_t index = 0;

    for (const struct json *each = json_first(list); each; each = json_next(each), index++)
        judge(seeking, PATH_KEY(PATH_INDEX(at, index), "image"),
              json_string(json_member(each, "image")));
}

static void judge_group(const struct seeking *seeking, const struct ray_group *group)
{
    const struct path *pod = PATH_KEY(PATH_KEY(&group->at, "template"), "spec");
    const struct json *spec = json_get(group->json, "template.spec");

    judge_containers(seeking, pod, spec, "initContainers");
    judge_containers(seeking, pod, spec, "containers");
}

static bool seeks(const struct rule_input *input, enum limit_list which, struct seeking *seeking)
{
    seeking->input = input;
    if (input->limits)
        seeking->prefixes = &input->limits->lists[which];
    return seeking->prefixes && seeking->prefixes->count;
}

void check_images(const struct rule_input *input, struct findings *findings)
{
    struct seeking seeking = {
        .findings = findings, .ends = "/:@", .fix = "use an image from there"};
    const struct ray_service *service = input->service;

    if (!seeks(input, LIMIT_IMAGES, &seeking))
        return;
    judge_group(&seeking, &service->head);
    for (size_t i = 0; i < service->group_count; i++)
        judge_group(&seeking, &service->groups[i]);
    judge(&seeking, PATH_KEY(PATH_KEY(&service->cluster_at, "autoscalerOptions"), "image"),
          json_string(json_get(service->cluster, "autoscalerOptions.image")));
    look_into_all(&seeking, look_for_image);
}

void check_working_dirs(const struct rule_input *input, struct findings *findings)
{
    struct seeking seeking = {.findings = findings, .ends = "/?#", .fix = "take it from there"};

    if (seeks(input, LIMIT_WORKING_DIRS, &seeking))
        look_into_all(&seeking, look_for_code);
}
