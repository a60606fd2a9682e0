/* SPDX-License-Identifier: Apache-2.0 */
/*
 * autoscaling_config and request_router_config. The schema only wants objects of them; what is in
 * them Ray looks at when it deploys the application.
 */
#include "ray/schema/table.h"

enum { AUTO_MAX_REPLICAS = 100 };

/* uint32 in the message that Ray sends to the replica. */
static const double LARGEST_COUNT = 4294967295.0;

/* Nothing in front of the last colon or dot: the import fails wherever Ray runs. */
static bool no_module(struct bytes path)
{
    const char *colon = memchr(path.data, ':', path.size);
    const char *dot = memrchr(path.data, '.', path.size);

    if (colon)
        return colon == path.data ||
               memchr(colon + 1, ':', (size_t)(path.data + path.size - colon) - 1);
    return dot ? dot == path.data : path.size <= 1;
}

static bool has_members(const struct yaml_value *value)
{
    return value && (value->kind == YAML_STRING || value->count > 0);
}

/* Whether the application brings code along that is not in the image. */
static bool ships_code(const struct ray_frame *frame)
{
    while (frame && frame->object != &ray_application_object)
        frame = frame->up;
    if (!frame)
        return false;
    return has_members(yaml_member(yaml_member(frame->value, "runtime_env"), "working_dir")) ||
           has_members(yaml_member(yaml_member(frame->value, "runtime_env"), "py_modules"));
}

/*
 * From 2.55 the dashboard imports the path while it checks the config, in its own process, without
 * the application's runtime_env: measured on 2.60, the PUT then fails with 500.
 */
static uint64_t check_imported(struct ray_check *check, const struct ray_place *place)
{
    struct ray_words words = ray_read_text(check->arena, place->value);
    bool built_in = words.text.size > 4 && memcmp(words.text.data, "ray.", 4) == 0;

    if (!words.text.size)
        return 0;
    if (no_module(words.text)) {
        ray_fault(check, RAY_STAGE_DEPLOY, place->releases, place->at, "write module:name",
                  "wants an import path, not %s", ray_says(check->arena, place->value));
        return place->releases;
    }
    if (!built_in && ships_code(place->frame))
        ray_fault(check, RAY_STAGE_RISK, place->releases & ray_pydantic_2(), place->at,
                  "put the module into the image",
                  "imports this without runtime_env and refuses the config if only working_dir has "
                  "it");
    return 0;
}

static const struct ray_field policy_fields[] = {
    {"policy_function", &ray_text, 251, 0, 0, check_imported, 0, NULL},
    {"policy_kwargs", &ray_mapping, 255, 0, 0, NULL, 0, NULL},
};

static const struct ray_object policy_object = {
    .name = "policy", RAY_FIELDS(policy_fields), .deploys = true};
static const struct ray_shape policy = {.kind = RAY_OBJECT, .object = &policy_object};

/* From 2.52 the controller looks into it while it takes the config. */
static uint64_t check_policy(struct ray_check *check, const struct ray_place *place)
{
    uint64_t early = place->releases & ray_releases(252, 0);

    if (place->value->kind == YAML_MAPPING)
        return ray_check_value(place->frame, &policy, place->value, place->at, place->releases);
    ray_fault(check, RAY_STAGE_APPLY, early, place->at, "write policy_function: below it",
              "wants an object, not %s", ray_says(check->arena, place->value));
    return early | ray_check_value(place->frame, &policy, place->value, place->at,
                                   place->releases & ~early);
}

static const char *const functions[] = {"mean", "max", "min", NULL};
static const struct ray_shape function = {.kind = RAY_CHOICE, .choices = functions};

/* In any case. */
static uint64_t check_function(struct ray_check *check, const struct ray_place *place)
{
    struct yaml_value lower = *place->value;
    char text[8];

    if (lower.kind == YAML_STRING && lower.text.size < sizeof text) {
        for (size_t i = 0; i < lower.text.size; i++)
            text[i] = (char)(lower.text.data[i] >= 'A' && lower.text.data[i] <= 'Z'
                                 ? lower.text.data[i] + ('a' - 'A')
                                 : lower.text.data[i]);
        lower.text.data = text;
    }
    for (const char *const *name = functions; *name; name++)
        if (yaml_is(&lower, *name))
            return 0;
    ray_fault(check, check->stage, place->releases, place->at,
              ray_advice(check->arena, &function, place->value),
              "wants one of mean, max, min, not %s", ray_says(check->arena, place->value));
    return place->releases;
}

struct count {
    double number;
    uint64_t releases; /* in which the number is that */
    struct path at;
};

/* A count of the config, or what Ray takes where it is left out. */
static struct count read_count(const struct ray_frame *frame, const char *name, double otherwise)
{
    struct ray_member member = ray_frame_member(frame, name);
    struct count count = {otherwise, frame->releases, member.at};

    if (!member.value || member.value->kind == YAML_NULL)
        return count;
    count.number = ray_read_integer(frame->check->arena, member.value).number;
    count.releases = member.releases;
    return count;
}

static void check_order(struct ray_frame *frame, const struct count *small, const char *smaller,
                        const struct count *large, const char *larger)
{
    uint64_t releases = frame->releases & small->releases & large->releases;

    if (small->number <= large->number)
        return;
    ray_fault(frame->check, RAY_STAGE_DEPLOY, releases, &large->at,
              arena_printf(frame->check->arena, "set %s: %.0f or more", larger, small->number),
              "wants %s (%.0f) to be no more than %s (%.0f)", smaller, small->number, larger,
              large->number);
}

static void check_size(struct ray_frame *frame, const struct count *count)
{
    if (count->number > LARGEST_COUNT)
        ray_fault(frame->check, RAY_STAGE_DEPLOY, count->releases, &count->at,
                  "write a smaller number", "can not send a number above %.0f to a replica",
                  LARGEST_COUNT);
}

/* facts: alone it stands on min 1, max 1; with num_replicas: auto on min 1, max 100. */
static void check_counts(struct ray_frame *frame)
{
    bool automatic = frame->up && yaml_is(yaml_member(frame->up->value, "num_replicas"), "auto");
    struct count min = read_count(frame, "min_replicas", 1);
    struct count max = read_count(frame, "max_replicas", automatic ? AUTO_MAX_REPLICAS : 1);
    struct count initial = read_count(frame, "initial_replicas", -1);

    check_size(frame, &min);
    check_size(frame, &max);
    check_size(frame, &initial);
    check_order(frame, &min, "min_replicas", &max, "max_replicas");
    if (initial.number < 0)
        return;
    check_order(frame, &min, "min_replicas", &initial, "initial_replicas");
    if (min.number <= max.number)
        check_order(frame, &initial, "initial_replicas", &max, "max_replicas");
}

static const struct ray_field autoscaling_fields[] = {
    {"aggregation_function", &ray_any, 251, 0, 0, check_function, 0, NULL},
    {"downscale_delay_s", &ray_from_zero, 0, 0, 0, NULL, 0, NULL},
    {"downscale_smoothing_factor", &ray_above_zero, 0, 0, RAY_NULLABLE, NULL, 210,
     "downscaling_factor"},
    {"downscale_to_zero_delay_s", &ray_from_zero, 250, 0, RAY_NULLABLE, NULL, 0, NULL},
    {"downscaling_factor", &ray_above_zero, 210, 0, RAY_NULLABLE, NULL, 0, NULL},
    {"initial_replicas", &ray_count_from_zero, 0, 0, RAY_NULLABLE, NULL, 0, NULL},
    {"look_back_period_s", &ray_above_zero, 0, 0, 0, NULL, 0, NULL},
    {"max_replicas", &ray_count_above_zero, 0, 0, 0, NULL, 0, NULL},
    {"metrics_interval_s", &ray_above_zero, 0, 0, 0, NULL, 249,
     "the environment variable RAY_SERVE_REPLICA_AUTOSCALING_METRIC_PUSH_INTERVAL_S"},
    {"min_replicas", &ray_count_from_zero, 0, 0, 0, NULL, 0, NULL},
    {"policy", &ray_any, 250, 0, 0, check_policy, 0, NULL},
    {"smoothing_factor", &ray_above_zero, 0, 0, 0, NULL, 210,
     "upscaling_factor and downscaling_factor"},
    {"target_num_ongoing_requests_per_replica", &ray_above_zero, 0, 232, 0, NULL, 210,
     "target_ongoing_requests"},
    {"target_ongoing_requests", &ray_above_zero, 210, 232, RAY_NULLABLE, NULL, 0, NULL},
    {"target_ongoing_requests", &ray_above_zero, 233, 0, 0, NULL, 0, NULL},
    {"upscale_delay_s", &ray_from_zero, 0, 0, 0, NULL, 0, NULL},
    {"upscale_smoothing_factor", &ray_above_zero, 0, 0, RAY_NULLABLE, NULL, 210,
     "upscaling_factor"},
    {"upscaling_factor", &ray_above_zero, 210, 0, RAY_NULLABLE, NULL, 0, NULL},
};

static void (*const autoscaling_rules[])(struct ray_frame *) = {check_counts, NULL};

const struct ray_object ray_autoscaling_object = {.name = "autoscaling_config",
                                                  RAY_FIELDS(autoscaling_fields),
                                                  .deploys = true,
                                                  .rules = autoscaling_rules};

static const struct ray_field router_fields[] = {
    {"backoff_multiplier", &ray_above_zero, 255, 0, 0, NULL, 0, NULL},
    {"initial_backoff_s", &ray_above_zero, 255, 0, 0, NULL, 0, NULL},
    {"max_backoff_s", &ray_above_zero, 255, 0, 0, NULL, 0, NULL},
    {"request_router_class", &ray_text, 0, 0, 0, check_imported, 0, NULL},
    {"request_router_kwargs", &ray_mapping, 0, 0, 0, NULL, 0, NULL},
    {"request_routing_stats_period_s", &ray_above_zero, 0, 0, 0, NULL, 0, NULL},
    {"request_routing_stats_timeout_s", &ray_above_zero, 0, 0, 0, NULL, 0, NULL},
};

const struct ray_object ray_router_object = {
    .name = "request_router_config", RAY_FIELDS(router_fields), .deploys = true};
