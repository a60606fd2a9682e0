/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proofs that a replica finds room in whatever order Ray places. If it did not, every node that can
 * hold it would be blocked: by its own deployment's limit, or by too much use of some resource. The
 * rest of the demand has to be enough to block them all; if it is not, the replica has a place.
 */
#include "ray/placement_model.h"

#include <stdlib.h>

struct place {
    int64_t capacity;
    const struct model_node *node;
};

struct supply {
    int64_t total, most; /* what all listed deployments ask at start, and at most */
    int64_t unit;        /* divides every demand, so use grows in steps of it */
    struct place *order; /* the least capacity first */
};

struct fits {
    const struct model *model;
    struct supply *supplies; /* by resource */
    bool unknown;            /* somebody asks for something that is not written */
    int64_t unlisted;        /* deployments of one replica and one CPU to think of besides */
    size_t cpu;
};

static int64_t divisor(int64_t a, int64_t b)
{
    while (b) {
        int64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

static bool has_room(const struct model_node *node, const struct needs *needs)
{
    for (size_t i = 0; i < needs->count; i++) {
        int64_t capacity = node->capacity[needs->items[i].resource];

        if (capacity == RAY_UNLIMITED || capacity < needs->items[i].amount)
            return false;
    }
    return true;
}

static int64_t nodes_with_room(const struct model *model, const struct needs *needs)
{
    int64_t count = 0;

    for (size_t i = 0; i < model->node_count; i++)
        if (has_room(&model->nodes[i], needs))
            count = amount_add(count, model->nodes[i].start);
    return count;
}

/* The most nodes that `rest` of a resource can block for one more piece. */
static int64_t blocked_by(const struct fits *fits, const struct needs *needs,
                          const struct need *need, int64_t rest)
{
    const struct model *model = fits->model;
    const struct supply *supply = &fits->supplies[need->resource];
    int64_t blocked = 0;

    for (size_t i = 0; i < model->node_count; i++) {
        const struct model_node *node = supply->order[i].node;
        int64_t cost, count;

        if (!has_room(node, needs))
            continue;
        cost = amount_times((node->capacity[need->resource] - need->amount) / supply->unit + 1,
                            supply->unit);
        count = amount_least(node->start, rest / cost);
        blocked = amount_add(blocked, count);
        rest -= count * cost;
        if (count < node->start)
            break;
    }
    return blocked;
}

/*
 * Does one more piece find room, if so many nodes are closed to it for another reason? Without a
 * demand nothing is in its way; with one, everything else may be anywhere, its own brothers too.
 */
static bool finds_room(const struct fits *fits, const struct needs *needs, int64_t blocked)
{

    if (needs->count && fits->unknown)
        return false;
    for (size_t i = 0; i < needs->count; i++) {
        const struct need *need = &needs->items[i];
        int64_t total = fits->supplies[need->resource].total;

        if (need->resource == fits->cpu)
            total = amount_add(total, amount_times(fits->unlisted, RAY_ONE));
        if (total == RAY_UNLIMITED)
            return false;
        blocked = amount_add(blocked, blocked_by(fits, needs, need, total - need->amount));
    }
    return blocked < nodes_with_room(fits->model, needs);
}

static int by_capacity(const void *a, const void *b)
{
    const struct place *left = a, *right = b;

    return (left->capacity > right->capacity) - (left->capacity < right->capacity);
}

static struct place *order_nodes(const struct model *model, size_t resource)
{
    struct place *order = arena_array(model->arena, model->node_count + 1, sizeof *order);

    for (size_t i = 0; order && i < model->node_count; i++)
        order[i] = (struct place){model->nodes[i].capacity[resource], &model->nodes[i]};
    if (order)
        qsort(order, model->node_count, sizeof *order, by_capacity);
    return order;
}

static void add_demand(struct fits *fits, const struct model_demand *demand)
{
    int64_t start = demand->demand->start;

    fits->unknown = fits->unknown || !demand->demand->exact || start < 0;
    for (size_t i = 0; i < model_piece_count(demand); i++) {
        const struct needs *needs = model_piece(demand, i);

        for (size_t j = 0; j < needs->count; j++) {
            struct supply *supply = &fits->supplies[needs->items[j].resource];
            int64_t amount = needs->items[j].amount;

            supply->unit = divisor(supply->unit, amount);
            supply->total = amount_add(supply->total, amount_times(amount, amount_most(start, 0)));
            supply->most =
                amount_add(supply->most, amount_times(amount, amount_most(demand->demand->max, 0)));
        }
    }
}

static bool prepare(struct fits *fits, const struct model *model)
{
    fits->model = model;
    fits->supplies = arena_array(model->arena, model->resource_count, sizeof *fits->supplies);
    if (!fits->supplies)
        return false;
    fits->cpu = model_resource(model, "CPU");
    for (size_t i = 0; i < model->demand_count; i++)
        add_demand(fits, &model->demands[i]);
    for (size_t i = 0; i < model->resource_count; i++)
        if (!(fits->supplies[i].order = order_nodes(model, i)))
            return false;
    return true;
}

/* Groups of replicas start all at once or not at all: nothing is proved of them. */
static bool is_simple(const struct demand *demand)
{
    return demand->exact && demand->gang == 1;
}

/* Nodes that are closed to the last replica, or to the last bundle of it, by a rule. */
static int64_t closed_nodes(const struct demand *demand, int64_t replicas, int64_t limit)
{
    if (demand->shape == DEMAND_STRICT_SPREAD)
        return (int64_t)demand->bundle_count - 1;
    return limit == RAY_UNLIMITED ? 0 : (replicas - 1) / limit;
}

/* Bundles are placed one by one, and one that finds room in every case does so in Ray's order. */
static bool finds_room_for(const struct fits *fits, const struct model_demand *demand,
                           int64_t replicas, int64_t limit)
{
    const struct demand *asks = demand->demand;

    if (replicas <= 0 || !is_simple(asks))
        return replicas == 0;
    for (size_t i = 0; i < model_piece_count(demand); i++)
        if (!finds_room(fits, model_piece(demand, i), closed_nodes(asks, replicas, limit)))
            return false;
    return true;
}

/* The first of a deployment's replicas: only the others' can be in its way. */
static bool finds_first_room(const struct fits *fits, const struct model_demand *demand)
{
    const struct needs *needs = &demand->node;
    int64_t blocked = 0, replicas = demand->demand->max;

    if (!is_simple(demand->demand) || demand->demand->shape != DEMAND_NODE ||
        (needs->count && fits->unknown))
        return false;
    for (size_t i = 0; i < needs->count; i++) {
        int64_t most = fits->supplies[needs->items[i].resource].most;
        int64_t own = amount_times(needs->items[i].amount, replicas);

        if (most == RAY_UNLIMITED || own == RAY_UNLIMITED)
            return false;
        blocked = amount_add(blocked, blocked_by(fits, needs, &needs->items[i], most - own));
    }
    return blocked < nodes_with_room(fits->model, needs);
}

/* Autoscaled deployments may grow into the room that was there at start. */
static bool starts(const struct fits *fits, const struct model_demand *demand)
{
    const struct model *model = fits->model;
    bool grow = false;

    for (size_t i = 0; i < model->demand_count; i++)
        grow = grow || model->demands[i].demand->max != model->demands[i].demand->start;
    return finds_first_room(fits, demand) || (!grow && demand->out->verdict == PLACEMENT_FITS);
}

/*
 * The code may set a limit of one replica a node where the config sets none, and have a deployment
 * of its own in every application: one replica, one CPU by Ray's defaults.
 */
static bool fits_with_code(const struct fits *fits)
{
    const struct model *model = fits->model;
    struct need cpu = {fits->cpu, RAY_ONE};

    if (model->open || fits->unlisted <= 0 || !finds_room(fits, &(struct needs){&cpu, 1}, 0))
        return false;
    for (size_t i = 0; i < model->demand_count; i++) {
        const struct demand *demand = model->demands[i].demand;
        bool limited = demand->shape == DEMAND_NODE && demand->limit == RAY_UNLIMITED;
        int64_t limit = limited ? 1 : demand->limit;

        if (!finds_room_for(fits, &model->demands[i], demand->start, limit))
            return false;
    }
    return true;
}

void model_find_fits(struct model *model)
{
    struct fits fits = {0};

    if (!prepare(&fits, model))
        return;
    for (size_t i = 0; i < model->demand_count; i++) {
        struct model_demand *demand = &model->demands[i];
        const struct demand *asks = demand->demand;

        if (demand->out->verdict == PLACEMENT_UNKNOWN &&
            finds_room_for(&fits, demand, asks->start, asks->limit))
            demand->out->verdict = PLACEMENT_FITS;
        demand->starts = asks->floor > 0 && starts(&fits, demand);
    }
    fits.unlisted = (int64_t)model->application_count;
    fits.supplies[fits.cpu].unit = divisor(fits.supplies[fits.cpu].unit, RAY_ONE);
    if (model->placement->verdict == PLACEMENT_UNKNOWN && fits_with_code(&fits))
        model->placement->verdict = PLACEMENT_FITS;
}
