/* SPDX-License-Identifier: Apache-2.0 */
#include "ray/demand.h"

#include "ray/demand_value.h"

#include <math.h>
#include <stdlib.h>

/* A bundle more only makes the demand larger; so many are enough for every sound bound. */
enum { BUNDLES_MAX = 64, REPLICAS_MAX = INT32_MAX };

static bool is_filled(const struct yaml_value *value)
{
    return value && (value->kind == YAML_MAPPING || value->kind == YAML_SEQUENCE) &&
           value->count > 0;
}

/* serve: get_capacity_adjusted_num_replicas: max(1, round half up), but 0 at 0 percent. */
static int64_t scaled(int64_t replicas, double percent)
{
    double number = floor((double)replicas * percent / 100 + 0.5);

    if (replicas <= 0 || replicas > REPLICAS_MAX)
        return replicas == 0 ? 0 : RAY_REPLICAS_UNKNOWN;
    if (percent <= 0)
        return 0;
    return number < 1 ? 1 : (int64_t)number;
}

/* 100 if it is absent; below 0 if it is nothing Ray takes. */
static double target_capacity(const struct serve_config *config)
{
    const struct yaml_value *value = yaml_member(config->document.root, "target_capacity");
    double percent;

    if (value_is_null(value))
        return 100;
    return value_number(value, &percent) && percent >= 0 && percent <= 100 ? percent : -1;
}

/* "3" and 2.7 are counts to some versions of Ray; here they are unknown. */
static bool is_plain_count(const struct yaml_value *value)
{
    return !value || (value->kind == YAML_INTEGER && value->integer >= 0);
}

static bool counts_are_plain(const struct serve_deployment *deployment)
{
    const struct yaml_value *scaling = yaml_member(deployment->value, "autoscaling_config");
    const struct yaml_value *initial = yaml_member(scaling, "initial_replicas");

    if (deployment->replicas == SERVE_REPLICAS_FIXED)
        return true;
    return deployment->replicas == SERVE_REPLICAS_AUTO &&
           is_plain_count(yaml_member(scaling, "min_replicas")) &&
           is_plain_count(yaml_member(scaling, "max_replicas")) &&
           (value_is_null(initial) || is_plain_count(initial));
}

/*
 * Ray does not scale initial_replicas when it first deploys: it keeps them within the scaled
 * bounds, of which the lower is min_replicas or initial_replicas itself, by the direction that
 * target_capacity moves in (autoscaling_state.py: register). Nobody knows which, so where they
 * differ the count is unknown.
 */
static int64_t scaled_start(const struct serve_deployment *deployment, double percent)
{
    int64_t start = scaled(deployment->start_replicas, percent);
    int64_t most = scaled(deployment->max_replicas, percent);

    if (deployment->replicas == SERVE_REPLICAS_FIXED ||
        !yaml_member(yaml_member(deployment->value, "autoscaling_config"), "initial_replicas"))
        return start;
    return start == amount_least(deployment->start_replicas, most) ? start : RAY_REPLICAS_UNKNOWN;
}

static void read_replicas(struct demand *demand, double percent)
{
    const struct serve_deployment *deployment = demand->deployment;
    bool known = percent >= 0 && counts_are_plain(deployment);

    demand->floor = demand->start = demand->max = RAY_REPLICAS_UNKNOWN;
    if (!known)
        return;
    demand->floor = scaled(deployment->min_replicas, percent);
    demand->start = scaled_start(deployment, percent);
    demand->max = scaled(deployment->max_replicas, percent);
}

/* Adds an amount of ray_actor_options; null counts as not given. */
static void add_option(struct demand *demand, const char *key, const char *resource,
                       int64_t otherwise)
{
    const struct yaml_value *value = yaml_member(demand->deployment->actor_options, key);
    int64_t amount = otherwise;

    demand->refused = demand->refused || value_is_too_fine(value);
    if (!value_is_null(value) && !value_amount(value, *key == 'm', &amount)) {
        demand->exact = false;
        amount = 0;
    }
    resources_add(&demand->node, resource, amount);
}

/*
 * Given, ray_actor_options replaces the code's whole; then num_cpus is 1 unless it is written. A
 * demand for a GPU model or a label is one for certain nodes, and nobody knows which those are.
 */
static void read_options(struct arena *arena, struct demand *demand)
{
    static const char *const picky[] = {"accelerator_type", "label_selector", "fallback_strategy"};
    const struct yaml_value *options = demand->deployment->actor_options;
    bool given = options && options->kind == YAML_MAPPING;

    demand->exact =
        resources_read(arena, given ? yaml_member(options, "resources") : NULL, 3, &demand->node) &&
        given;
    if (!given || !demand->node.items)
        return;
    add_option(demand, "num_cpus", "CPU", RAY_ONE);
    add_option(demand, "num_gpus", "GPU", 0);
    add_option(demand, "memory", "memory", 0);
    for (size_t i = 0; i < sizeof picky / sizeof *picky; i++)
        if (!value_is_null(yaml_member(options, picky[i])))
            demand->exact = false;
}

static bool covers(const struct ray_resources *large, const struct ray_resources *small)
{
    for (size_t i = 0; i < small->count; i++)
        if (resources_amount(large, small->items[i].name) < small->items[i].amount)
            return false;
    return true;
}

/* Room for the names of the first bundles together. */
static size_t names_of(const struct yaml_value *list, size_t count)
{
    const struct yaml_value *item = list->first;
    size_t names = 0;

    for (; count; count--, item = item->next)
        names += item->count < RESOURCES_MAX ? item->count : RESOURCES_MAX;
    return names;
}

static void read_bundle_list(struct arena *arena, struct demand *demand,
                             const struct yaml_value *list)
{
    size_t count = list->count < BUNDLES_MAX ? list->count : BUNDLES_MAX;
    const struct yaml_value *item = list->first;

    demand->exact = demand->exact && count == list->count;
    demand->bundles = arena_array(arena, count, sizeof *demand->bundles);
    demand->total = (struct ray_resources){
        .items = arena_array(arena, names_of(list, count), sizeof *demand->total.items)};
    for (; demand->bundles && demand->total.items && demand->bundle_count < count;
         item = item->next) {
        struct ray_resources *bundle = &demand->bundles[demand->bundle_count++];

        demand->exact = resources_read(arena, item, 0, bundle) && demand->exact;
        for (size_t i = 0; i < bundle->count; i++)
            resources_add(&demand->total, bundle->items[i].name, bundle->items[i].amount);
    }
}

/*
 * One placement group a replica, its actor inside the first bundle, which must hold it. The group
 * takes its bundles whether the actor uses them or not.
 */
static void read_bundles(struct arena *arena, struct demand *demand)
{
    const struct yaml_value *value = demand->deployment->value;
    const struct yaml_value *list = yaml_member(value, "placement_group_bundles");
    const struct yaml_value *strategy = yaml_member(value, "placement_group_strategy");

    demand->total = demand->node;
    if (!value_is_null(list) && demand->limit != RAY_UNLIMITED)
        demand->exact = false; /* refused since Ray 2.10 */
    if (!is_filled(list) || list->kind != YAML_SEQUENCE)
        return;
    if (!value_is_null(yaml_member(value, "placement_group_bundle_label_selector")))
        demand->exact = false;
    read_bundle_list(arena, demand, list);
    if (demand->bundle_count == 0)
        return;
    demand->refused = demand->exact && !covers(&demand->bundles[0], &demand->node);
    demand->node = demand->bundles[0];
    if (yaml_is(strategy, "STRICT_PACK"))
        demand->node = demand->total;
    else if (demand->bundle_count > 1)
        demand->shape = yaml_is(strategy, "STRICT_SPREAD") ? DEMAND_STRICT_SPREAD : DEMAND_BUNDLES;
}

static void read_gang(struct demand *demand)
{
    const struct yaml_value *config =
        yaml_member(demand->deployment->value, "gang_scheduling_config");
    const struct yaml_value *size = yaml_member(config, "gang_size");

    demand->gang = 1;
    if (size && size->kind == YAML_INTEGER && size->integer > 1)
        demand->gang = size->integer;
}

/* Refused by every Ray from 2.9 to 2.60, whatever the code and the cluster. */
static bool is_refused(const struct serve_deployment *deployment)
{
    const struct yaml_value *count = yaml_member(deployment->value, "num_replicas");
    const struct yaml_value *limit = yaml_member(deployment->value, "max_replicas_per_node");
    const struct yaml_value *scaling = yaml_member(deployment->value, "autoscaling_config");
    bool numbered = count && count->kind == YAML_INTEGER;

    return (numbered && (count->integer <= 0 || !value_is_null(scaling))) ||
           (counts_are_plain(deployment) &&
            (deployment->min_replicas > deployment->start_replicas ||
             deployment->start_replicas > deployment->max_replicas)) ||
           (limit && limit->kind == YAML_INTEGER && (limit->integer < 1 || limit->integer > 100));
}

static void read_demand(struct arena *arena, struct demand *demand,
                        const struct serve_deployment *deployment, double percent)
{
    int64_t limit = deployment->max_replicas_per_node;

    demand->deployment = deployment;
    demand->limit = limit > 0 ? limit : RAY_UNLIMITED;
    read_replicas(demand, percent);
    read_options(arena, demand);
    if (!is_plain_count(yaml_member(deployment->value, "max_replicas_per_node")))
        demand->exact = false;
    read_bundles(arena, demand);
    read_gang(demand);
    if (is_filled(yaml_member(deployment->value, "deployment_actors")))
        demand->exact = false;
    demand->refused = demand->refused || is_refused(deployment);
}

static int by_name(const void *a, const void *b)
{
    const struct serve_deployment *left = (*(struct demand *const *)a)->deployment;
    const struct serve_deployment *right = (*(struct demand *const *)b)->deployment;
    int order = strcmp(left->name, right->name);

    if (order == 0)
        order = (left->application > right->application) - (left->application < right->application);
    return order ? order : (left > right) - (left < right);
}

/* Ray keeps overrides in a dict: of two entries of one name the last counts. */
static void find_replaced(struct arena *arena, struct demands *demands)
{
    struct demand **sorted = arena_array(arena, demands->count, sizeof *sorted);

    for (size_t i = 0; sorted && i < demands->count; i++)
        sorted[i] = &demands->items[i];
    if (sorted)
        qsort(sorted, demands->count, sizeof *sorted, by_name);
    for (size_t i = 1; sorted && i < demands->count; i++)
        sorted[i - 1]->replaced =
            sorted[i - 1]->deployment->application == sorted[i]->deployment->application &&
            strcmp(sorted[i - 1]->deployment->name, sorted[i]->deployment->name) == 0;
}

/* Its builder makes deployments from `args`, so the list says little about them. */
static bool is_built_from_arguments(const struct serve_application *application)
{
    static const char builder[] = "ray.serve.llm";
    const struct yaml_value *path = yaml_member(application->value, "import_path");

    return path && path->kind == YAML_STRING && path->text.size >= sizeof builder - 1 &&
           memcmp(path->text.data, builder, sizeof builder - 1) == 0;
}

struct demands demands_of(struct arena *arena, const struct serve_config *config)
{
    struct demands demands = {0};
    double percent;

    if (config->state != SERVE_READ)
        return demands;
    percent = target_capacity(config);
    demands.application_count = config->application_count;
    demands.items = arena_array(arena, config->deployment_count, sizeof *demands.items);
    for (size_t i = 0; i < config->application_count; i++) {
        const struct serve_application *application = &config->applications[i];

        demands.open = demands.open || application->deployment_count == 0 ||
                       is_built_from_arguments(application);
        for (size_t j = 0; demands.items && j < application->deployment_count; j++)
            read_demand(arena, &demands.items[demands.count++], &application->deployments[j],
                        percent);
    }
    if (demands.items)
        find_replaced(arena, &demands);
    return demands;
}
