/* SPDX-License-Identifier: Apache-2.0 */
/* What a deployment got from 2.55 on: gangs of replicas, its own actors, backpressure answers. */
#include "ray/schema/table.h"

#include <math.h>

static const char *const strategies[] = {"PACK", "SPREAD", NULL};
static const char *const policies[] = {"RESTART_GANG", NULL};
static const struct ray_shape strategy = {.kind = RAY_CHOICE, .choices = strategies};
/* RESTART_REPLICA is in the enum, and a NotImplementedError. */
static const struct ray_shape failure_policy = {.kind = RAY_CHOICE, .choices = policies};

static double read_size(const struct ray_frame *gang)
{
    struct ray_member size = ray_frame_member(gang, "gang_size");

    if (!size.value || !size.releases)
        return 1;
    return ray_read_integer(gang->check->arena, size.value).number;
}

static bool is_multiple(const struct yaml_value *value, double size)
{
    if (value->kind == YAML_BOOL)
        return fmod(value->boolean, size) == 0;
    return (value->kind == YAML_INTEGER || value->kind == YAML_FLOAT) &&
           fmod(value->number, size) == 0;
}

static void report_multiple(struct ray_frame *gang, const struct yaml_value *value,
                            const struct path *at, double size)
{
    if (!value || value->kind == YAML_NULL || is_multiple(value, size))
        return;
    ray_fault(gang->check, RAY_STAGE_SCHEMA, gang->releases, at,
              arena_printf(gang->check->arena, "write a multiple of %.0f", size),
              "wants a multiple of gang_size %.0f, not %s", size,
              ray_says(gang->check->arena, value));
}

static void check_bounds(struct ray_frame *gang, double size)
{
    static const char *const names[] = {"min_replicas", "max_replicas", "initial_replicas"};
    const struct yaml_value *config = yaml_member(gang->up->value, "autoscaling_config");
    struct path at;

    if (!config)
        return;
    at = ray_path_to(gang->up->at, config, 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct yaml_value *count = yaml_member(config, names[i]);
        struct path place = count ? ray_path_to(&at, count, 0) : at;

        report_multiple(gang, count, &place, size);
    }
}

/* Ray looks at the raw values, before any other rule of the deployment. */
static void check_multiples(struct ray_frame *gang)
{
    const struct yaml_value *count = yaml_member(gang->up->value, "num_replicas");
    const struct yaml_value *scaling = yaml_member(gang->up->value, "autoscaling_config");
    double size = read_size(gang);
    struct path at;

    if (yaml_is(count, "auto")) {
        check_bounds(gang, size);
        return;
    }
    if (count && (count->kind == YAML_BOOL || ray_is_integer(count))) {
        at = ray_path_to(gang->up->at, count, 0);
        report_multiple(gang, count, &at, size);
    }
    if (!count && (!scaling || scaling->kind == YAML_NULL) && size > 1)
        ray_fault(gang->check, RAY_STAGE_RISK, gang->releases, gang->at,
                  arena_printf(gang->check->arena, "set num_replicas: %.0f", size),
                  "wants a multiple of gang_size %.0f, and without num_replicas the code's, "
                  "usually 1, counts",
                  size);
}

static void refuse_beside(struct ray_frame *gang, const char *name, const char *fix)
{
    const struct yaml_value *value = yaml_member(gang->up->value, name);
    struct path at;

    if (!value || value->kind == YAML_NULL)
        return;
    at = ray_path_to(gang->up->at, value, 0);
    ray_fault(gang->check, RAY_STAGE_SCHEMA, gang->releases, &at, fix,
              "refuses %s beside gang_scheduling_config", name);
}

static void check_neighbours(struct ray_frame *gang)
{
    refuse_beside(gang, "max_replicas_per_node", "remove one of the two");
    refuse_beside(gang, "placement_group_strategy", "write gang_placement_strategy in it instead");
}

/* int32 in the message that Ray sends to the replica. */
static uint64_t check_gang_size(struct ray_check *check, const struct ray_place *place)
{
    if (ray_read_integer(check->arena, place->value).number > INT32_MAX)
        ray_fault(check, RAY_STAGE_DEPLOY, place->releases, place->at, "write a smaller number",
                  "can not send a number above %d to a replica", INT32_MAX);
    return 0;
}

static const struct ray_field gang_fields[] = {
    {"gang_placement_strategy", &strategy, 0, 0, 0, NULL, 0, NULL},
    {"gang_size", &ray_count_above_zero, 0, 0, RAY_REQUIRED, check_gang_size, 0, NULL},
    {"runtime_failure_policy", &failure_policy, 0, 0, 0, NULL, 0, NULL},
};

static void (*const gang_rules[])(struct ray_frame *) = {check_multiples, check_neighbours, NULL};

const struct ray_object ray_gang_object = {
    .name = "gang_scheduling_config", RAY_FIELDS(gang_fields), .rules = gang_rules};

static const struct ray_field actor_fields[] = {
    {"actor_class", &ray_text, 0, 0, RAY_REQUIRED, NULL, 0, NULL},
    {"actor_options", &ray_mapping, 0, 0, 0, NULL, 0, NULL},
    {"init_args", &(const struct ray_shape){.kind = RAY_LIST}, 0, 0, 0, NULL, 0, NULL},
    {"init_kwargs", &ray_mapping, 0, 0, 0, NULL, 0, NULL},
    {"name", &ray_text, 0, 0, RAY_REQUIRED, NULL, 0, NULL},
};

const struct ray_object ray_deployment_actor_object = {
    .name = "a deployment actor", RAY_FIELDS(actor_fields), .deploys = true};

static uint64_t check_status(struct ray_check *check, const struct ray_place *place)
{
    if (place->value->number == 503 || place->value->number == 429)
        return 0;
    ray_fault(check, check->stage, place->releases, place->at, "write 503 or 429",
              "wants 503 or 429, not %s", ray_says(check->arena, place->value));
    return place->releases;
}

static const struct ray_shape retry_after = {.kind = RAY_NUMBER,
                                             .range = {RAY_MIN | RAY_FINITE, 0, 0}};

static const struct ray_field backpressure_fields[] = {
    {"retry_after_s", &retry_after, 0, 0, RAY_NULLABLE, NULL, 0, NULL},
    {"status_code", &ray_strict_integer, 0, 0, 0, check_status, 0, NULL},
};

const struct ray_object ray_backpressure_object = {
    .name = "backpressure_config", RAY_FIELDS(backpressure_fields), .strict = true};
