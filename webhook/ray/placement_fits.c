/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proofs that a replica finds room in whatever order Ray places. If it did not, every node that can
 * hold it would be blocked: by its own deployment's limit, or by too much use of some resource. The
 * rest of the demand has to be enough to block them all; if it is not, the replica has a place.
 */
#include "ray/placement_model.h"

struct supply {
    int64_t total[MOMENTS]; /* what all listed deployments ask */
    int64_t unit;           /* divides every demand, so use grows in steps of it */
};

struct fits {
    const struct model *model;
    struct supply *supplies; /* by resource */
    enum moment moment;
    bool unknown;     /* somebody asks for something that is not written */
    int64_t unlisted; /* deployments of one replica and one CPU to think of besides */
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

/* The most nodes, up to so many, that `rest` of a resource can block for one more piece. */
static int64_t blocked_by(const struct fits *fits, const struct model_row *row,
                          const struct need *need, int64_t rest, int64_t enough)
{
    const struct model *model = fits->model;
    const struct model_order *order = &model->orders[need->resource];
    int64_t unit = amount_most(fits->supplies[need->resource].unit, 1), blocked = 0;

    for (size_t i = 0; i < order->count && blocked < enough; i++) {
        const struct model_node *node = &model->nodes[order->kinds[i]];
        int64_t cost, count;

        if (!bits_have(row->known, order->kinds[i]))
            continue;
        cost = amount_times((node->capacity[need->resource] - need->amount) / unit + 1, unit);
        if (cost > rest)
            break;
        count = amount_least(node->count[AT_START], rest / cost);
        blocked = amount_add(blocked, count);
        rest -= count * cost;
    }
    return blocked;
}

/* What is asked of a resource without so many replicas of this piece; RAY_UNLIMITED: unknown. */
static int64_t rest_of(const struct fits *fits, const struct need *need, int64_t replicas)
{
    int64_t total = fits->supplies[need->resource].total[fits->moment];
    int64_t own = amount_times(need->amount, replicas);

    if (need->resource == fits->cpu)
        total = amount_add(total, amount_times(fits->unlisted, RAY_ONE));
    return total == RAY_UNLIMITED || own == RAY_UNLIMITED ? RAY_UNLIMITED : total - own;
}

/*
 * Does a piece find room, if so many nodes are closed to it for another reason, and everything else
 * but so many replicas of its own is there already? Without a demand nothing is in its way.
 */
static bool finds_room(const struct fits *fits, const struct model_row *row, int64_t replicas,
                       int64_t blocked)
{
    int64_t nodes = bits_count(fits->model, row->known, AT_START);

    if (row->needs.count && fits->unknown)
        return false;
    for (size_t i = 0; i < row->needs.count && blocked < nodes; i++) {
        const struct need *need = &row->needs.items[i];
        int64_t rest = rest_of(fits, need, replicas);

        if (rest == RAY_UNLIMITED)
            return false;
        blocked = amount_add(blocked, blocked_by(fits, row, need, rest, nodes));
    }
    return blocked < nodes;
}

/* Unknown is none: it is marked. */
static int64_t replicas_at(const struct demand *demand, enum moment moment)
{
    return amount_most(moment == AT_START ? demand->start : demand->max, 0);
}

/* It holds nothing anywhere, so it is in nobody's way. */
static bool never_starts(const struct placement_deployment *deployment)
{
    return deployment->reason == PLACEMENT_FITS_NO_NODE ||
           deployment->reason == PLACEMENT_TOO_FEW_NODES;
}

static void add_demand(struct fits *fits, const struct model_demand *demand)
{
    int64_t start = demand->demand->start;

    if (never_starts(demand->out))
        return;

    fits->unknown = fits->unknown || !demand->demand->exact || start < 0;
    for (size_t i = 0; i < demand->piece_count; i++) {
        const struct needs *needs = &demand->pieces[i]->needs;

        for (size_t j = 0; j < needs->count; j++) {
            struct supply *supply = &fits->supplies[needs->items[j].resource];
            int64_t amount = needs->items[j].amount;

            supply->unit = divisor(supply->unit, amount);
            for (enum moment when = AT_START; when < MOMENTS; when++)
                supply->total[when] = amount_add(
                    supply->total[when], amount_times(amount, replicas_at(demand->demand, when)));
        }
    }
}

static bool prepare(struct fits *fits, const struct model *model)
{
    fits->supplies = arena_array(model->arena, model->resource_count, sizeof *fits->supplies);
    if (!fits->supplies)
        return false;
    fits->model = model;
    fits->cpu = model_resource(model, "CPU");
    for (size_t i = 0; i < model->demand_count; i++)
        add_demand(fits, &model->demands[i]);
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
    for (size_t i = 0; i < demand->piece_count; i++)
        if (!finds_room(fits, demand->pieces[i], 1, closed_nodes(asks, replicas, limit)))
            return false;
    return true;
}

/* The first of a deployment's replicas: only the others' can be in its way. */
static bool finds_first_room(const struct fits *fits, const struct model_demand *demand)
{
    return is_simple(demand->demand) && demand->demand->shape == DEMAND_NODE &&
           finds_room(fits, demand->row, replicas_at(demand->demand, fits->moment), 0);
}

static bool unlisted_find_room(const struct fits *fits)
{
    const struct model *model = fits->model;
    struct need cpu = {fits->cpu, RAY_ONE};
    uint64_t *known = arena_array(model->arena, bits_words(model), sizeof *known);
    struct model_row row = {.needs = {&cpu, 1}, .known = known};

    for (size_t i = 0; known && i < model->node_count; i++) {
        int64_t capacity = model->nodes[i].capacity[fits->cpu];

        if (capacity != RAY_UNLIMITED && capacity >= RAY_ONE)
            known[i / 64] |= (uint64_t)1 << i % 64;
    }
    return known && fits->unlisted > 0 && finds_room(fits, &row, 1, 0);
}

/*
 * The code may set a limit of one replica a node where the config sets none, and have a deployment
 * of its own in every application: one replica, one CPU by Ray's defaults.
 */
static bool fits_with_code(const struct fits *fits)
{
    const struct model *model = fits->model;

    if (!unlisted_find_room(fits))
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

static void find_starts(struct fits *fits, enum moment moment)
{
    const struct model *model = fits->model;

    fits->moment = moment;
    for (size_t i = 0; i < model->demand_count; i++) {
        struct model_demand *demand = &model->demands[i];
        const struct demand *asks = demand->demand;
        int64_t fewest = moment == AT_START ? asks->start : asks->floor;
        bool all =
            !never_starts(demand->out) &&
            finds_room_for(fits, demand, moment == AT_START ? asks->start : asks->max, asks->limit);

        demand->all_start[moment] = all;
        demand->starts[moment] =
            fewest > 0 && !never_starts(demand->out) && (all || finds_first_room(fits, demand));
    }
}

/* Where nothing grows, the largest is what is there at start. */
static void copy_starts(const struct model *model)
{
    for (size_t i = 0; i < model->demand_count; i++) {
        model->demands[i].starts[AT_LARGEST] = model->demands[i].starts[AT_START];
        model->demands[i].all_start[AT_LARGEST] = model->demands[i].all_start[AT_START];
    }
}

static void set_verdicts(struct fits *fits)
{
    const struct model *model = fits->model;

    fits->moment = AT_START;
    for (size_t i = 0; i < model->demand_count; i++)
        if (model->demands[i].all_start[AT_START] &&
            model->demands[i].out->verdict == PLACEMENT_UNKNOWN)
            model->demands[i].out->verdict = PLACEMENT_FITS;
    fits->unlisted = (int64_t)model->application_count;
    fits->supplies[fits->cpu].unit = divisor(fits->supplies[fits->cpu].unit, RAY_ONE);
    if (model->placement->verdict == PLACEMENT_UNKNOWN && fits_with_code(fits))
        model->placement->verdict = PLACEMENT_FITS;
}

void model_find_fits(struct model *model)
{
    struct fits fits = {.unknown = model->open};

    if (!prepare(&fits, model))
        return;
    find_starts(&fits, AT_START);
    if (model->grows)
        find_starts(&fits, AT_LARGEST);
    else
        copy_starts(model);
    set_verdicts(&fits);
}
