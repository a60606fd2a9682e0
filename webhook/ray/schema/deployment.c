/* SPDX-License-Identifier: Apache-2.0 */
/* An entry of `deployments`: every field overrides what the code says. */
#include "ray/schema/table.h"

#include <stdlib.h>

/* int32 in the message that Ray sends to the replica. */
static const double LARGEST_NUMBER = 2147483647.0;

static uint64_t check_size(struct ray_check *check, const struct ray_place *place)
{
    double number = ray_read_integer(check->arena, place->value).number;

    if (number > LARGEST_NUMBER)
        ray_fault(check, RAY_STAGE_DEPLOY, place->releases, place->at, "write a smaller number",
                  "can not send a number above %.0f to a replica", LARGEST_NUMBER);
    return 0;
}

/* The releases that take the value for a number of replicas. */
static uint64_t takes_count(struct arena *arena, const struct yaml_value *value)
{
    struct ray_number number = ray_read_integer(arena, value);
    bool raw = value->kind == YAML_BOOL || ray_is_integer(value);

    if (yaml_is(value, "auto"))
        return ray_releases(210, 0);
    if (number.number < 1)
        return 0;
    /* Pydantic 2's rule looks at the raw value, where text is no number. */
    return number.releases & (raw ? ray_releases(0, 0) : ray_pydantic_1());
}

static uint64_t check_replicas(struct ray_check *check, const struct ray_place *place)
{
    uint64_t right = takes_count(check->arena, place->value);
    uint64_t wrong = place->releases & ~right;
    bool automatic = (wrong & ray_releases(210, 0)) != 0;

    if (!yaml_is(place->value, "auto"))
        check_size(check, &(struct ray_place){place->frame, place->value, place->at,
                                              place->releases & right});
    if (!wrong)
        return 0;
    ray_fault(check, check->stage, wrong, place->at,
              automatic ? "write 1 or more, without quotes, or auto"
                        : "write 1 or more, without quotes",
              "wants an integer of 1 or more%s, not %s", automatic ? ", or auto" : "",
              ray_says(check->arena, place->value));
    return wrong;
}

static uint64_t check_queue(struct ray_check *check, const struct ray_place *place)
{
    double number = place->value->number;

    if (number >= 1 || number == -1)
        return check_size(check, place);
    ray_fault(check, check->stage, place->releases, place->at, "write -1 for no limit",
              "wants -1 or an integer of 1 or more, not %s", ray_says(check->arena, place->value));
    return place->releases;
}

static uint64_t check_per_node(struct ray_check *check, const struct ray_place *place)
{
    double number = ray_read_integer(check->arena, place->value).number;

    if (number < 1 || number > 100)
        ray_fault(check, RAY_STAGE_DEPLOY, place->releases, place->at, "write 1 to 100",
                  "wants 1 to 100, not %s", ray_says(check->arena, place->value));
    return 0;
}

static bool is_given(const struct yaml_value *value)
{
    return value && value->kind != YAML_NULL;
}

static void check_fixed_and_scaled(struct ray_frame *frame)
{
    struct ray_member count = ray_frame_member(frame, "num_replicas");

    if (!is_given(count.value) || yaml_is(count.value, "auto") ||
        !is_given(yaml_member(frame->value, "autoscaling_config")))
        return;
    ray_fault(frame->check, frame->check->stage, count.releases, &count.at,
              "remove num_replicas or write auto, or remove autoscaling_config",
              "refuses a number in num_replicas beside an autoscaling_config");
}

/*
 * null is not "unset": it takes the number away. Measured on 2.60: without autoscaling the control
 * loop then fails at each turn, for every application.
 */
static void check_null_replicas(struct ray_frame *frame)
{
    const struct yaml_value *count = yaml_member(frame->value, "num_replicas");
    struct path at;

    if (!count || count->kind != YAML_NULL)
        return;
    at = ray_path_to(frame->at, count, 0);
    ray_fault(frame->check, RAY_STAGE_DEPLOY, frame->releases & ray_releases(0, 209), &at,
              "write a number, or remove the key", "wants a number, not null");
    if (!is_given(yaml_member(frame->value, "autoscaling_config")))
        ray_fault(frame->check, RAY_STAGE_RISK, frame->releases & ray_releases(210, 0), &at,
                  "write a number, or remove the key",
                  "has no number of replicas then: the Serve controller fails for every "
                  "application");
}

static void check_bundles_and_limit(struct ray_frame *frame)
{
    struct ray_member bundles = ray_frame_member(frame, "placement_group_bundles"), limit;

    if (!bundles.releases)
        return;
    limit = ray_frame_member(frame, "max_replicas_per_node");
    ray_fault(frame->check, frame->check->stage,
              bundles.releases & limit.releases & ray_releases(210, 0), &limit.at,
              "remove one of the two",
              "refuses max_replicas_per_node beside placement_group_bundles");
}

static void check_bundle_selectors(struct ray_frame *frame)
{
    struct ray_member selectors = ray_frame_member(frame, "placement_group_bundle_label_selector");
    struct ray_member bundles;
    size_t count;

    if (!selectors.value)
        return;
    bundles = ray_frame_member(frame, "placement_group_bundles");
    count = bundles.value ? bundles.value->count : 0;
    ray_fault(frame->check, frame->check->stage, bundles.value ? 0 : selectors.releases,
              &selectors.at, "add placement_group_bundles",
              "refuses label selectors without bundles");
    if (selectors.value->count != 1 && selectors.value->count != count)
        ray_fault(frame->check, frame->check->stage, selectors.releases & bundles.releases,
                  &selectors.at, "write one selector, or one a bundle",
                  "wants one label selector or as many as bundles (%zu), not %zu", count,
                  selectors.value->count);
}

struct actor_name {
    const struct yaml_value *value;
    size_t index;
};

static int compare_names(const void *left, const void *right)
{
    const struct actor_name *a = left, *b = right;
    struct bytes x = a->value->text, y = b->value->text;
    size_t size = x.size < y.size ? x.size : y.size;
    int order = size ? memcmp(x.data, y.data, size) : 0;

    if (!order)
        order = (x.size > y.size) - (x.size < y.size);
    return order ? order : (a->index > b->index) - (a->index < b->index);
}

static size_t collect_names(const struct yaml_value *actors, struct actor_name *names)
{
    size_t count = 0, index = 0;

    for (const struct yaml_value *item = actors->first; item; item = item->next, index++) {
        const struct yaml_value *name = yaml_member(item, "name");

        if (name && name->kind == YAML_STRING)
            names[count++] = (struct actor_name){name, index};
    }
    return count;
}

static void check_actor_names(struct ray_frame *frame)
{
    struct ray_member actors = ray_frame_member(frame, "deployment_actors");
    struct actor_name *names;
    size_t count;

    if (!actors.releases || actors.value->kind != YAML_SEQUENCE || actors.value->count < 2)
        return;
    names = arena_array(frame->check->arena, actors.value->count, sizeof *names);
    if (!names)
        return;
    count = collect_names(actors.value, names);
    qsort(names, count, sizeof *names, compare_names);
    for (size_t i = 1; i < count; i++) {
        struct path item = path_child_index(&actors.at, names[i].index);
        struct path at = ray_path_to(&item, names[i].value, 0);

        if (names[i - 1].value->text.size == names[i].value->text.size &&
            memcmp(names[i - 1].value->text.data, names[i].value->text.data,
                   names[i].value->text.size) == 0)
            ray_fault(frame->check, RAY_STAGE_DEPLOY, actors.releases, &at,
                      "give each actor its own name", "refuses two deployment actors named %s",
                      ray_says(frame->check->arena, names[i].value));
    }
}

static const struct ray_shape autoscaling = {.kind = RAY_OBJECT, .object = &ray_autoscaling_object};
static const struct ray_shape router = {.kind = RAY_OBJECT, .object = &ray_router_object};
static const struct ray_shape gang = {.kind = RAY_OBJECT, .object = &ray_gang_object};
static const struct ray_shape backpressure = {.kind = RAY_OBJECT,
                                              .object = &ray_backpressure_object};
static const struct ray_shape logging = {.kind = RAY_OBJECT, .object = &ray_logging_object};
static const struct ray_shape actor_options = {.kind = RAY_OBJECT,
                                               .object = &ray_actor_options_object};
static const struct ray_shape actor = {.kind = RAY_OBJECT, .object = &ray_deployment_actor_object};
static const struct ray_shape actors = {.kind = RAY_LIST, .items = &actor};
static const struct ray_shape bundle = {.kind = RAY_MAPPING, .items = &ray_number};
static const struct ray_shape bundles = {.kind = RAY_LIST, .items = &bundle};
static const struct ray_shape selectors = {.kind = RAY_LIST, .items = &ray_texts_by_name};
static const struct ray_shape percent = {.kind = RAY_INTEGER, .range = {RAY_MIN | RAY_MAX, 0, 100}};
static const struct ray_shape fraction = {.kind = RAY_NUMBER, .range = {RAY_ABOVE | RAY_MAX, 0, 1}};

static const struct ray_field deployment_fields[] = {
    {"autoscaling_config", &autoscaling, 0, 0, RAY_NULLABLE, NULL, 0, NULL},
    {"backpressure_config", &backpressure, 258, 0, 0, NULL, 0, NULL},
    {"deployment_actors", &actors, 255, 0, RAY_NULLABLE, NULL, 0, NULL},
    {"gang_scheduling_config", &gang, 255, 0, RAY_NULLABLE, NULL, 0, NULL},
    {"graceful_shutdown_timeout_s", &ray_from_zero, 0, 0, 0, NULL, 0, NULL},
    {"graceful_shutdown_wait_loop_s", &ray_from_zero, 0, 0, 0, NULL, 0, NULL},
    {"health_check_period_s", &ray_above_zero, 0, 0, 0, NULL, 0, NULL},
    {"health_check_timeout_s", &ray_above_zero, 0, 0, 0, NULL, 0, NULL},
    {"logging_config", &logging, 0, 0, 0, NULL, 0, NULL},
    {"max_concurrent_queries", &ray_count_above_zero, 0, 232, 0, check_size, 210,
     "max_ongoing_requests"},
    {"max_ongoing_requests", &ray_count_above_zero, 210, 0, 0, check_size, 0, NULL},
    {"max_queued_requests", &ray_strict_integer, 210, 0, 0, check_queue, 0, NULL},
    {"max_replicas_per_node", &ray_integer, 0, 0, 0, check_per_node, 0, NULL},
    {"max_surge_percent", &percent, 260, 0, 0, NULL, 0, NULL},
    {"name", &ray_text, 0, 0, RAY_REQUIRED, NULL, 0, NULL},
    {"num_replicas", &ray_any, 0, 0, RAY_NULLABLE, check_replicas, 0, NULL},
    {"placement_group_bundle_label_selector", &selectors, 254, 0, 0, NULL, 0, NULL},
    {"placement_group_bundles", &bundles, 0, 0, 0, NULL, 0, NULL},
    {"placement_group_strategy", &ray_text, 0, 0, 0, NULL, 0, NULL},
    {"ray_actor_options", &actor_options, 0, 0, 0, NULL, 0, NULL},
    {"request_router_class", &ray_text, 247, 247, 0, NULL, 0, "request_router_config"},
    {"request_router_config", &router, 248, 0, 0, NULL, 0, NULL},
    {"rolling_update_percentage", &fraction, 256, 0, 0, NULL, 0, NULL},
    {"route_prefix", &ray_text, 0, 238, RAY_NULLABLE, ray_rule_route_prefix, 210,
     "route_prefix in the application"},
    {"user_config", &ray_mapping, 0, 0, RAY_NULLABLE, NULL, 0, NULL},
};

static void (*const deployment_rules[])(struct ray_frame *) = {
    check_fixed_and_scaled,
    check_null_replicas,
    check_bundles_and_limit,
    check_bundle_selectors,
    ray_rule_placement_group,
    check_actor_names,
    NULL,
};

const struct ray_object ray_deployment_object = {
    .name = "a deployment", RAY_FIELDS(deployment_fields), .rules = deployment_rules};
