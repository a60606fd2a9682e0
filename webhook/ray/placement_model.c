/* SPDX-License-Identifier: Apache-2.0 */
#include "ray/placement_model.h"

#include <stdlib.h>

/*
 * What a hostile config may make us do: node kinds × resources, and node kinds × demands. Above,
 * the answer is "unknown". A thousand groups and a thousand deployments are far below.
 */
enum { RESOURCE_MAX = 256, CAPACITIES_MAX = 1024 * 1024, PAIRS_MAX = 4 * 1024 * 1024 };

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void collect(struct model *model, size_t *room, const struct ray_resources *list)
{
    for (size_t i = 0; i < list->count && *room; i++, --*room)
        model->resources[model->resource_count++] = list->items[i].name;
}

static size_t names_in(const struct demands *demands)
{
    size_t count = 0;

    for (size_t i = 0; i < demands->count; i++)
        count += demands->items[i].node.count + demands->items[i].total.count;
    return count;
}

/* CPU is always one of them: a deployment that is not listed would take it. */
static bool find_resources(struct model *model, const struct demands *demands)
{
    size_t room = names_in(demands), kept = 0;

    model->resources = arena_array(model->arena, room + 1, sizeof *model->resources);
    if (!model->resources)
        return false;
    model->resources[model->resource_count++] = "CPU";
    for (size_t i = 0; i < demands->count; i++) {
        collect(model, &room, &demands->items[i].node);
        collect(model, &room, &demands->items[i].total);
    }
    qsort(model->resources, model->resource_count, sizeof *model->resources, by_text);
    for (size_t i = 0; i < model->resource_count; i++)
        if (i == 0 || strcmp(model->resources[i], model->resources[kept - 1]) != 0)
            model->resources[kept++] = model->resources[i];
    model->resource_count = kept;
    return kept <= RESOURCE_MAX;
}

size_t model_resource(const struct model *model, const char *name)
{
    const char *const *found =
        bsearch(&name, model->resources, model->resource_count, sizeof *model->resources, by_text);

    return (size_t)(found - (const char *const *)model->resources);
}

static struct needs needs_of(const struct model *model, const struct ray_resources *list)
{
    struct needs needs = {.items = arena_array(model->arena, list->count + 1, sizeof *needs.items)};

    for (size_t i = 0; needs.items && i < list->count; i++)
        needs.items[needs.count++] =
            (struct need){model_resource(model, list->items[i].name), list->items[i].amount};
    return needs;
}

static struct model_demand demand_of(struct model *model, const struct demand *demand,
                                     struct placement_deployment *out)
{
    struct model_demand made = {
        .out = out,
        .demand = demand,
        .node = needs_of(model, &demand->node),
        .total = needs_of(model, &demand->total),
    };

    if (demand->shape == DEMAND_NODE)
        return made;
    model->has_bundles = true;
    made.bundles = arena_array(model->arena, demand->bundle_count, sizeof *made.bundles);
    for (size_t i = 0; made.bundles && i < demand->bundle_count; i++)
        made.bundles[i] = needs_of(model, &demand->bundles[i]);
    return made;
}

static bool add_demands(struct model *model, const struct demands *demands)
{
    model->demands = arena_array(model->arena, demands->count + 1, sizeof *model->demands);
    for (size_t i = 0; model->demands && i < demands->count; i++)
        if (!demands->items[i].replaced && !demands->items[i].refused)
            model->demands[model->demand_count++] =
                demand_of(model, &demands->items[i], &model->placement->deployments[i]);
    return model->demands;
}

/* By name for the few that are everywhere; a node's own list may be long, so it is gone through
 * once. */
static const int64_t *capacity_of(const struct model *model, const struct ray_node *node)
{
    const struct ray_node without = {node->cpu, node->gpu, node->memory, node->own_unknown, {0}};
    int64_t *capacity = arena_array(model->arena, model->resource_count, sizeof *capacity);

    for (size_t i = 0; capacity && i < model->resource_count; i++)
        capacity[i] = ray_node_amount(&without, model->resources[i]);
    for (size_t i = 0; capacity && i < node->own.count; i++) {
        const char *const *found =
            bsearch(&node->own.items[i].name, model->resources, model->resource_count,
                    sizeof *model->resources, by_text);

        if (found)
            capacity[found - (const char *const *)model->resources] = node->own.items[i].amount;
    }
    return capacity;
}

static void add_node(struct model *model, struct placement_group *group)
{
    struct ray_pods pods = group->pods;

    if (pods.start <= 0 && pods.max <= 0)
        return;
    model->nodes[model->node_count++] = (struct model_node){
        .group = group,
        .start = pods.start > 0 ? pods.start : 0,
        .max = pods.max > pods.start ? pods.max : pods.start,
        .asked = group->proxy_asked,
        .capacity = capacity_of(model, &group->node),
    };
}

static bool add_nodes(struct model *model)
{
    struct placement *placement = model->placement;

    model->nodes = arena_array(model->arena, placement->group_count + 1, sizeof *model->nodes);
    if (!model->nodes)
        return false;
    for (size_t i = 0; i < placement->group_count; i++)
        add_node(model, &placement->groups[i]);
    add_node(model, &placement->head);
    return !arena_exhausted(model->arena);
}

bool model_make(struct model *model, const struct demands *demands)
{
    size_t nodes = model->placement->group_count + 1;

    if (!find_resources(model, demands) || model->resource_count > CAPACITIES_MAX / nodes ||
        demands->count > PAIRS_MAX / nodes)
        return false;
    model->open = demands->open;
    model->application_count = demands->application_count;
    return add_demands(model, demands) && add_nodes(model);
}

int64_t model_capacity(const struct model_node *node, const struct needs *needs, int64_t limit)
{
    for (size_t i = 0; i < needs->count; i++)
        limit = amount_least(
            limit, amount_pieces(node->capacity[needs->items[i].resource], needs->items[i].amount));
    return limit;
}

size_t model_piece_count(const struct model_demand *demand)
{
    return demand->bundles ? demand->demand->bundle_count : 1;
}

const struct needs *model_piece(const struct model_demand *demand, size_t i)
{
    return demand->bundles ? &demand->bundles[i] : &demand->node;
}

int64_t model_amount(const struct needs *needs, size_t resource)
{
    for (size_t i = 0; i < needs->count; i++)
        if (needs->items[i].resource == resource)
            return needs->items[i].amount;
    return 0;
}
