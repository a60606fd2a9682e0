/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proofs that a deployment can never start as a whole, even alone (U1, U2, U5). Each is a necessary
 * condition on the largest cluster there may be: what is not listed only makes it worse.
 */
#include "ray/placement/model.h"

static bool covers(const struct needs *large, const struct needs *small)
{
    for (size_t i = 0; i < small->count; i++)
        if (model_amount(large, small->items[i].resource) < small->items[i].amount)
            return false;
    return true;
}

/* How many bundles of one replica need at least what the first does. */
static int64_t pieces_like_first(const struct model_demand *demand)
{
    int64_t count = 0;

    for (size_t i = 0; i < demand->piece_count; i++)
        count += covers(&demand->pieces[i]->needs, &demand->row->needs);
    return count;
}

/* Replicas that can start at most, alone. */
static int64_t room_of(const struct model_demand *demand, enum moment moment)
{
    int64_t room = demand->row->room[moment], gang = demand->demand->gang;
    int64_t like = pieces_like_first(demand);

    if (room == RAY_UNLIMITED)
        return PLACEMENT_NO_LIMIT;
    if (like > 1)
        room /= like;
    return gang > 1 ? room - room % gang : room;
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

/* A piece of the replica that no node can hold; NULL if all find one. */
static const struct model_row *homeless(const struct model_demand *demand)
{
    for (size_t i = 0; i < demand->piece_count; i++)
        if (demand->pieces[i]->room[AT_LARGEST] == 0)
            return demand->pieces[i];
    return NULL;
}

static bool holds_some(const struct model_demand *demand, size_t node)
{
    for (size_t i = 0; i < demand->piece_count; i++)
        if (demand->pieces[i]->holds[node] > 0)
            return true;
    return false;
}

/* Nodes where at least one bundle fits are too few for bundles on nodes of their own. */
static bool too_few_nodes(const struct model *model, const struct model_demand *demand)
{
    int64_t nodes = 0;

    if (demand->demand->shape != DEMAND_STRICT_SPREAD)
        return false;
    for (size_t i = 0; i < model->node_count; i++)
        if (holds_some(demand, i))
            nodes = amount_add(nodes, model->nodes[i].count[AT_LARGEST]);
    return nodes < (int64_t)demand->piece_count;
}

/* CPUs and memory every Pod has, if nobody says how much. */
static const char *find_undetected(const struct model *model, const struct needs *needs)
{
    for (size_t i = 0; i < needs->count; i++) {
        const char *resource = model->resources[needs->items[i].resource];

        if (model->orders[needs->items[i].resource].most_known < needs->items[i].amount &&
            strcmp(resource, "CPU") != 0 && strcmp(resource, "memory") != 0)
            return resource;
    }
    return NULL;
}

static enum placement_reason reason_of(const struct model *model, const struct model_demand *demand)
{
    const struct model_row *missing = homeless(demand);

    if (demand->out->wanted == 0)
        return PLACEMENT_REASON_NONE;
    if (missing) {
        blame(model, &missing->needs, demand->out);
        return PLACEMENT_FITS_NO_NODE;
    }
    if (too_few_nodes(model, demand))
        return PLACEMENT_TOO_FEW_NODES;
    return demand->out->wanted > demand->out->room ? PLACEMENT_TOO_MANY : PLACEMENT_REASON_NONE;
}

static bool is_by_default(const struct model_demand *demand)
{
    return !demand->demand->deployment->actor_options && demand->row->needs.count == 0;
}

/* A replica takes one CPU as long as nobody says otherwise. */
static int64_t likely_room(const struct model *model, const struct model_demand *demand)
{
    size_t cpu = model_resource(model, "CPU");
    int64_t room = 0;

    if (!is_by_default(demand))
        return demand->out->room;
    for (size_t i = 0; i < model->node_count; i++) {
        const struct model_node *node = &model->nodes[i];
        int64_t holds =
            amount_least(demand->demand->limit, amount_pieces(node->capacity[cpu], RAY_ONE));

        room = amount_add(room, amount_times(holds, node->count[AT_LARGEST]));
    }
    return room;
}

static void judge(const struct model *model, const struct model_demand *demand)
{
    struct placement_deployment *out = demand->out;

    out->room = room_of(demand, AT_LARGEST);
    out->room_start = room_of(demand, AT_START);
    out->room_known = demand->row->capacities_known;
    out->likely_room = likely_room(model, demand);
    out->per_node = demand->row->best;
    out->reason = reason_of(model, demand);
    if (out->reason == PLACEMENT_REASON_NONE)
        out->undetected = find_undetected(model, &demand->row->needs);
    if (out->reason == PLACEMENT_REASON_NONE)
        return;
    if (out->reason != PLACEMENT_TOO_MANY)
        out->room = out->room_start = 0;
    out->verdict = PLACEMENT_NEVER;
    out->for_ever = demand->demand->floor > out->room || demand->demand->floor < 0;
}

static void find_likely_cpus(const struct model *model)
{
    struct placement *placement = model->placement;
    size_t cpu = model_resource(model, "CPU");

    for (size_t i = 0; i < model->node_count; i++)
        placement->cpus =
            amount_add(placement->cpus, amount_times(model->nodes[i].capacity[cpu],
                                                     model->nodes[i].count[AT_LARGEST]));
    for (size_t i = 0; i < model->demand_count; i++) {
        const struct model_demand *demand = &model->demands[i];
        bool by_default = is_by_default(demand);
        int64_t replicas = demand->demand->start < 0 && by_default ? 1 : demand->demand->start;
        int64_t each = by_default ? RAY_ONE : model_amount(&demand->row->needs, cpu);

        placement->likely_cpus =
            amount_add(placement->likely_cpus, amount_times(each, amount_most(replicas, 0)));
    }
}

void model_find_never(struct model *model)
{
    for (size_t i = 0; i < model->demand_count; i++)
        judge(model, &model->demands[i]);
    find_likely_cpus(model);
}
