/* SPDX-License-Identifier: Apache-2.0 */
/* An entry of `applications`. */
#include "ray/schema/table.h"

/* Ray asks no more of an import path than this: `a..b` and `a/b:c` pass. */
static const char *import_path_problem(struct bytes text)
{
    const char *colon = memchr(text.data, ':', text.size);
    const char *end = text.data + text.size, *dot;

    if (colon && memchr(colon + 1, ':', (size_t)(end - colon) - 1))
        return "at most one colon in it";
    if (colon)
        return colon == text.data || colon == end - 1 ? "something before and after the colon"
                                                      : NULL;
    dot = memrchr(text.data, '.', text.size);
    if (!dot)
        return "a module and a name in it, like module:app";
    return dot == text.data || dot == end - 1 ? "something before and after the last dot" : NULL;
}

static uint64_t check_import_path(struct ray_check *check, const struct ray_place *place)
{
    struct ray_words words = ray_read_text(check->arena, place->value);
    const char *problem = words.text.size ? import_path_problem(words.text) : "module:app";

    if (!problem)
        return 0;
    ray_fault(check, check->stage, place->releases, place->at, "write module:app", "wants %s",
              problem);
    return place->releases;
}

static uint64_t check_name(struct ray_check *check, const struct ray_place *place)
{
    if (place->value->kind != YAML_STRING || place->value->text.size)
        return 0;
    ray_fault(check, check->stage, place->releases, place->at,
              "give it a name, or leave it out: then it is \"default\"",
              "refuses an empty application name");
    return place->releases;
}

static uint64_t check_moved(struct ray_check *check, const struct ray_place *place)
{
    ray_fault(check, check->stage, place->releases, place->at, "move it to http_options at the top",
              "refuses host and port in an application");
    return place->releases;
}

static const char *route_problem(struct bytes text)
{
    if (!text.size || text.data[0] != '/')
        return "begin with /";
    if (text.size > 1 && text.data[text.size - 1] == '/')
        return "not end with /";
    if (memchr(text.data, '{', text.size) || memchr(text.data, '}', text.size))
        return "have no { or } in it";
    return NULL;
}

static uint64_t check_route(struct ray_check *check, const struct ray_place *place,
                            enum ray_stage stage, uint64_t releases)
{
    struct ray_words words = ray_read_text(check->arena, place->value);
    const char *problem = route_problem(words.text);

    if (!problem || !releases)
        return 0;
    ray_fault(check, stage, releases, place->at, "write a path like /app",
              "wants a route_prefix to %s", problem);
    return releases;
}

/* Up to 2.38 any text went through. */
static uint64_t check_route_at_deploy(struct ray_check *check, const struct ray_place *place)
{
    check_route(check, place, RAY_STAGE_DEPLOY, place->releases & ray_releases(239, 0));
    return 0;
}

uint64_t ray_rule_route_prefix(struct ray_check *check, const struct ray_place *place)
{
    return check_route(check, place, check->stage, place->releases);
}

/* The releases in which a listed deployment scales itself. */
static uint64_t autoscaled(const struct yaml_value *deployment)
{
    const struct yaml_value *count = yaml_member(deployment, "num_replicas");
    const struct yaml_value *config = yaml_member(deployment, "autoscaling_config");

    return yaml_is(count, "auto") || (config && config->kind != YAML_NULL) ? ray_releases(0, 0) : 0;
}

static void check_external_scaler(struct ray_frame *frame)
{
    struct ray_member enabled = ray_frame_member(frame, "external_scaler_enabled");
    struct ray_member deployments = ray_frame_member(frame, "deployments");
    bool truth = false;
    size_t index = 0;

    if (enabled.value)
        ray_read_boolean(enabled.value, &truth);
    if (!truth || !deployments.value || deployments.value->kind != YAML_SEQUENCE)
        return;
    for (const struct yaml_value *item = deployments.value->first; item; item = item->next) {
        struct path at = ray_path_to(&deployments.at, item, index++);

        ray_fault(frame->check, frame->check->stage, autoscaled(item) & enabled.releases, &at,
                  "write a fixed num_replicas, or external_scaler_enabled: false",
                  "refuses autoscaling in a deployment while external_scaler_enabled is true");
    }
}

static const struct ray_shape deployment = {.kind = RAY_OBJECT, .object = &ray_deployment_object};
static const struct ray_shape deployments = {.kind = RAY_LIST, .items = &deployment};
static const struct ray_shape logging = {.kind = RAY_OBJECT, .object = &ray_logging_object};

static const struct ray_field application_fields[] = {
    {"args", &ray_mapping, 0, 0, 0, NULL, 0, NULL},
    {"autoscaling_policy", &ray_mapping, 251, 0, RAY_NULLABLE, NULL, 0, NULL},
    {"deployments", &deployments, 0, 0, 0, NULL, 0, NULL},
    {"external_scaler_enabled", &ray_boolean, 253, 0, 0, NULL, 0, NULL},
    {"host", &ray_text, 0, 0, RAY_MISPLACED, check_moved, 0, NULL},
    {"import_path", &ray_text, 0, 0, RAY_REQUIRED, check_import_path, 0, NULL},
    {"logging_config", &logging, 0, 0, RAY_NULLABLE, NULL, 0, NULL},
    {"name", &ray_text, 0, 0, 0, check_name, 0, NULL},
    {"port", &ray_integer, 0, 0, RAY_MISPLACED, check_moved, 0, NULL},
    {"route_prefix", &ray_text, 0, 0, RAY_NULLABLE, check_route_at_deploy, 0, NULL},
    {"runtime_env", &ray_mapping, 0, 0, 0, ray_rule_runtime_env, 0, NULL},
};

static void (*const application_rules[])(struct ray_frame *) = {check_external_scaler,
                                                                ray_rule_merged_env, NULL};

const struct ray_object ray_application_object = {
    .name = "an application", RAY_FIELDS(application_fields), .rules = application_rules};
