/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How few workers the replicas can take. Each deployment alone needs so many nodes; if some of it
 * stays pending instead, every node that could hold one more is full.
 */
#include "ray/placement/spread.h"

#include <stdlib.h>

struct tower {
    int64_t height, count; /* replicas that one node holds; how many such nodes */
};

static int by_height(const void *a, const void *b)
{
    const struct tower *left = a, *right = b;

    return (left->height < right->height) - (left->height > right->height);
}

/* The fewest that are as high as asked together; all, if that is not enough. The highest first. */
static int64_t fewest_towers(const struct tower *towers, size_t count, int64_t asked)
{
    int64_t nodes = 0;

    for (size_t i = 0; i < count && asked > 0; i++) {
        int64_t wanted = (asked - 1) / towers[i].height + 1;
        int64_t taken = amount_least(wanted, towers[i].count);

        nodes = amount_add(nodes, taken);
        asked -= amount_least(asked, amount_times(taken, towers[i].height));
    }
    return nodes;
}

/* Sorting more for each deployment would take long; the bound without is as true. */
enum { TOWERS_SORTED = 64 };

/*
 * The fewest asked nodes that so many replicas take, if the head and the nodes that are not asked
 * hold as many as they can; all they can go to, if there are too few.
 */
static int64_t fewest_nodes(const struct model *model, const struct model_row *row,
                            int64_t replicas, enum moment moment, struct tower *towers)
{
    int64_t highest = 1, all = 0;
    size_t count = 0;

    for (size_t i = 0; i < model->node_count && replicas > 0; i++) {
        const struct model_node *node = &model->nodes[i];
        int64_t height = row->holds[i] == ROW_UNLIMITED ? RAY_UNLIMITED : row->holds[i];
        int64_t number = node->count[moment];

        if (!node->asked) {
            replicas -= amount_least(replicas, amount_times(height, number));
        } else if (height > 0) {
            towers[count++] = (struct tower){height, number};
            highest = amount_most(highest, height);
            all = amount_add(all, number);
        }
    }
    if (replicas <= 0)
        return 0;
    if (count > TOWERS_SORTED)
        return amount_least(all, (replicas - 1) / highest + 1);
    qsort(towers, count, sizeof *towers, by_height);
    return fewest_towers(towers, count, replicas);
}

/*
 * Does it take that many nodes even if some of its replicas never start? Then each node that could
 * hold one more is full, and as everything that fills a node is a replica, it has one. A bundle
 * away from its replica fills without one.
 */
static bool is_solid(const struct model *model, const struct model_demand *demand,
                     enum moment moment)
{
    const struct demand *asks = demand->demand;

    if (demand->all_start[moment])
        return true;
    return asks->exact && asks->gang == 1 && !model->has_bundles && demand->row->capacities_known;
}

/*
 * A proxy answers only while the ingress of some application has a running replica: one whose
 * deployments all have one does.
 */
static bool something_serves(const struct model *model, enum moment moment)
{
    for (size_t i = 0, end; i < model->demand_count; i = end) {
        const struct serve_application *application =
            model->demands[i].demand->deployment->application;
        const struct yaml_value *route = yaml_member(application->value, "route_prefix");
        bool serves = !route || route->kind != YAML_NULL;

        for (end = i; end < model->demand_count &&
                      model->demands[end].demand->deployment->application == application;
             end++)
            serves = serves && model->demands[end].starts[moment];
        if (serves)
            return true;
    }
    return false;
}

/* What all demands ask of a resource: that much has to come from somewhere. */
static int64_t least_asked(const struct model *model, size_t resource, enum moment moment)
{
    int64_t sum = 0;

    for (size_t i = 0; i < model->demand_count; i++) {
        const struct model_demand *demand = &model->demands[i];

        sum = amount_add(sum, amount_times(model_amount(&demand->row->needs, resource),
                                           replicas_least(demand->demand, moment)));
    }
    return sum;
}

/* The fewest nodes that have so much of a resource, if those that are not asked give all. */
static int64_t fewest_with(const struct model *model, size_t resource, int64_t amount,
                           enum moment moment, struct tower *towers)
{
    const struct model_order *order = &model->orders[resource];
    size_t count = 0;

    for (size_t i = order->count; i-- > 0;) {
        const struct model_node *node = &model->nodes[order->kinds[i]];
        int64_t number = node->count[moment];

        if (node->asked)
            towers[count++] = (struct tower){node->capacity[resource], number};
        else
            amount -= amount_least(amount, amount_times(node->capacity[resource], number));
    }
    return fewest_towers(towers, count, amount);
}

/* If nothing is pending, all that is asked lies somewhere; else some deployment's nodes are full.
 */
static int64_t fewest_together(const struct model *model, enum moment moment, struct tower *towers)
{
    int64_t full = RAY_UNLIMITED, nodes = 0;

    for (size_t i = 0; i < model->demand_count; i++) {
        const struct model_demand *demand = &model->demands[i];

        if (!is_solid(model, demand, moment))
            return 0;
        if (!demand->all_start[moment])
            full = amount_least(full, bits_count(model, demand->row->asked, moment));
    }
    for (size_t i = 0; i < model->resource_count; i++) {
        int64_t asked = least_asked(model, i, moment);

        if (asked > 0 && asked < RAY_UNLIMITED)
            nodes = amount_most(nodes, fewest_with(model, i, asked, moment, towers));
    }
    return amount_least(full, nodes);
}

int64_t least_occupied(const struct model *model, enum moment moment)
{
    struct tower *towers = arena_array(model->arena, model->node_count + 1, sizeof *towers);
    int64_t least;

    if (!towers || !something_serves(model, moment))
        return 0;
    least = fewest_together(model, moment, towers);
    for (size_t i = 0; i < model->demand_count; i++) {
        const struct model_demand *demand = &model->demands[i];
        int64_t replicas = replicas_least(demand->demand, moment);

        if (replicas > least && is_solid(model, demand, moment))
            least = amount_most(least, fewest_nodes(model, demand->row, replicas, moment, towers));
    }
    return least;
}

/* What nodes are likely to hold of it: nothing on the head, and by default one CPU a replica. */
static void find_likely(const struct model *model, const struct model_demand *demand,
                        uint32_t *holds)
{
    size_t cpu = model_resource(model, "CPU");
    bool by_default = !demand->demand->deployment->actor_options && demand->row->needs.count == 0;

    for (size_t i = 0; i < model->node_count; i++) {
        const struct model_node *node = &model->nodes[i];
        int64_t cpus = amount_pieces(node->capacity[cpu], RAY_ONE);

        holds[i] = node->group->group->head ? 0 : demand->row->holds[i];
        if (by_default && cpus < holds[i])
            holds[i] = (uint32_t)cpus;
    }
}

int64_t likely_occupied(const struct model *model)
{
    struct tower *towers = arena_array(model->arena, model->node_count + 1, sizeof *towers);
    uint32_t *holds = arena_array(model->arena, model->node_count + 1, sizeof *holds);
    const struct model_row row = {.holds = holds};
    int64_t occupied = 0;

    for (size_t i = 0; towers && holds && i < model->demand_count; i++) {
        const struct model_demand *demand = &model->demands[i];
        int64_t replicas = demand->demand->start < 0 ? 1 : demand->demand->start;

        if (replicas <= occupied)
            continue;
        find_likely(model, demand, holds);
        occupied = amount_most(occupied, fewest_nodes(model, &row, replicas, AT_START, towers));
    }
    return occupied;
}
