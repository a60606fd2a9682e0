/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proofs that a deployment can never start as a whole, even alone (U1, U2, U5). Each is a necessary
 * condition on the largest cluster there may be: what is not listed only makes it worse.
 */
#include "ray/placement_model.h"

/* Pieces of the needs that all nodes hold together. */
static int64_t room_for(const struct model *model, const struct needs *needs, int64_t limit,
                        bool largest)
{
    int64_t room = 0;

    for (size_t i = 0; i < model->node_count; i++) {
        const struct model_node *node = &model->nodes[i];

        room = amount_add(room, amount_times(model_capacity(node, needs, limit),
                                             largest ? node->max : node->start));
    }
    return room;
}

static bool covers(const struct needs *large, const struct needs *small)
{
    for (size_t i = 0; i < small->count; i++)
        if (model_amount(large, small->items[i].resource) < small->items[i].amount)
            return false;
    return true;
}

/* How many bundles of one replica need at least what the first does. */
static int64_t bundles_like_first(const struct model_demand *demand)
{
    int64_t count = 0;

    for (size_t i = 0; demand->bundles && i < demand->demand->bundle_count; i++)
        count += covers(&demand->bundles[i], &demand->bundles[0]);
    return amount_most(count, 1);
}

/* Replicas that can start at most, alone. */
static int64_t room_of(const struct model *model, const struct model_demand *demand, bool largest)
{
    int64_t room = room_for(model, &demand->node, demand->demand->limit, largest);

    if (room == RAY_UNLIMITED)
        return PLACEMENT_NO_LIMIT;
    room /= bundles_like_first(demand);
    return room - room % demand->demand->gang;
}

static int64_t best_per_node(const struct model *model, const struct model_demand *demand)
{
    int64_t best = 0;

    for (size_t i = 0; i < model->node_count; i++)
        best = amount_most(best,
                           model_capacity(&model->nodes[i], &demand->node, demand->demand->limit));
    return best;
}

static const struct model_node *roomiest(const struct model *model, size_t resource)
{
    const struct model_node *best = NULL;

    for (size_t i = 0; i < model->node_count; i++)
        if (!best || model->nodes[i].capacity[resource] > best->capacity[resource])
            best = &model->nodes[i];
    return best;
}

/* Which resource no node has enough of; none, if only their combination is missing. */
static void blame(const struct model *model, const struct needs *needs,
                  struct placement_deployment *out)
{
    for (size_t i = 0; i < needs->count; i++) {
        const struct need *need = &needs->items[i];
        const struct model_node *best = roomiest(model, need->resource);

        if (best && best->capacity[need->resource] >= need->amount)
            continue;
        out->short_of = model->resources[need->resource];
        out->asked = need->amount;
        out->roomiest = best ? best->group : NULL;
        return;
    }
}

/* The needs that no node can hold, of a replica or one of its bundles; NULL if all find one. */
static const struct needs *homeless(const struct model *model, const struct model_demand *demand)
{
    if (room_for(model, &demand->node, 1, true) == 0)
        return &demand->node;
    for (size_t i = 0; demand->bundles && i < demand->demand->bundle_count; i++)
        if (room_for(model, &demand->bundles[i], 1, true) == 0)
            return &demand->bundles[i];
    return NULL;
}

/* Nodes where at least one bundle fits are too few for bundles on nodes of their own. */
static bool too_few_nodes(const struct model *model, const struct model_demand *demand)
{
    int64_t nodes = 0;

    if (demand->demand->shape != DEMAND_STRICT_SPREAD || !demand->bundles)
        return false;
    for (size_t i = 0; i < model->node_count; i++) {
        bool fits = false;

        for (size_t j = 0; !fits && j < demand->demand->bundle_count; j++)
            fits = model_capacity(&model->nodes[i], &demand->bundles[j], 1) > 0;
        nodes = amount_add(nodes, fits ? model->nodes[i].max : 0);
    }
    return nodes < (int64_t)demand->demand->bundle_count;
}

static bool is_undetected(const struct model *model, const struct needs *needs)
{
    for (size_t i = 0; i < needs->count; i++) {
        const struct need *need = &needs->items[i];
        bool known = false;

        for (size_t j = 0; j < model->node_count && !known; j++) {
            int64_t capacity = model->nodes[j].capacity[need->resource];

            known = capacity != RAY_UNLIMITED && capacity >= need->amount;
        }
        if (!known)
            return true;
    }
    return false;
}

static void judge(const struct model *model, const struct model_demand *demand)
{
    struct placement_deployment *out = demand->out;
    const struct needs *missing = homeless(model, demand);

    out->room = room_of(model, demand, true);
    out->room_start = room_of(model, demand, false);
    out->per_node = best_per_node(model, demand);
    out->wants_undetected = !missing && is_undetected(model, &demand->node);
    if (out->wanted == 0)
        return;
    if (missing) {
        out->reason = PLACEMENT_FITS_NO_NODE;
        blame(model, missing, out);
        out->room = out->room_start = 0;
    } else if (too_few_nodes(model, demand)) {
        out->reason = PLACEMENT_TOO_FEW_NODES;
        out->room = out->room_start = 0;
    } else if (out->wanted > out->room) {
        out->reason = PLACEMENT_TOO_MANY;
    } else {
        return;
    }
    out->verdict = PLACEMENT_NEVER;
    out->for_ever = demand->demand->floor > out->room || demand->demand->floor < 0;
}

void model_find_never(struct model *model)
{
    for (size_t i = 0; i < model->demand_count; i++)
        judge(model, &model->demands[i]);
}
