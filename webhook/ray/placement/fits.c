/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proofs that a replica finds room in whatever order Ray places. If it did not, every node that can
 * hold it would be blocked: by its own deployment's limit, or by too much use of some resource. The
 * rest of the demand has to be enough to block them all; if it is not, the replica has a place.
 */
#include "ray/placement/fits.h"

/* Groups of replicas start all at once or not at all: nothing is proved of them. */
static bool is_simple(const struct demand *demand)
{
    return demand->exact && demand->gang == 1;
}

/* Bundles are placed one by one, and one that finds room in every case does so in Ray's order. */
static bool bundles_find_room(const struct fits *fits, const struct model_demand *demand)
{
    bool apart = demand->demand->shape == DEMAND_STRICT_SPREAD;

    for (size_t i = 0; i < demand->piece_count; i++)
        if (!fits_finds_room(
                fits, &(struct guest){.row = demand->pieces[i],
                                      .own = 1,
                                      .closed = apart ? (int64_t)demand->piece_count - 1 : 0}))
            return false;
    return true;
}

static bool finds_room_for(const struct fits *fits, const struct model_demand *demand,
                           int64_t replicas, int64_t limit)
{
    const struct demand *asks = demand->demand;

    if (replicas <= 0 || !is_simple(asks))
        return replicas == 0;
    if (asks->shape != DEMAND_NODE)
        return bundles_find_room(fits, demand);
    return fits_finds_room(
        fits, &(struct guest){
                  .row = demand->row, .own = replicas, .placed = replicas - 1, .limit = limit});
}

/* The first of a deployment's replicas: only the others' can be in its way. */
static bool finds_first_room(const struct fits *fits, const struct model_demand *demand)
{
    return is_simple(demand->demand) && demand->demand->shape == DEMAND_NODE &&
           fits_finds_room(fits,
                           &(struct guest){.row = demand->row,
                                           .own = fits_replicas(demand->demand, fits->moment)});
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
    return known && fits->unlisted > 0 &&
           fits_finds_room(fits, &(struct guest){.row = &row, .own = 1});
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
            !fits_never_starts(demand->out) &&
            finds_room_for(fits, demand, moment == AT_START ? asks->start : asks->max, asks->limit);

        demand->all_start[moment] = all;
        demand->starts[moment] = fewest > 0 && !fits_never_starts(demand->out) &&
                                 (all || finds_first_room(fits, demand));
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
    fits_add_unlisted(fits);
    if (model->placement->verdict == PLACEMENT_UNKNOWN && fits_with_code(fits))
        model->placement->verdict = PLACEMENT_FITS;
}

void model_find_fits(struct model *model)
{
    struct fits fits = {.unknown = model->open};

    if (!fits_prepare(&fits, model))
        return;
    model->placement->demands_known = !fits.unknown;
    find_starts(&fits, AT_START);
    if (model->grows)
        find_starts(&fits, AT_LARGEST);
    else
        copy_starts(model);
    set_verdicts(&fits);
}
