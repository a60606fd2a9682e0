/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A resource that all deployments together ask more of than there is (U3), also looking only at the
 * large demands and the nodes that can hold them (U4).
 */
#include "ray/placement/shortage.h"

#include <stdlib.h>

static int by_resource_and_amount(const void *a, const void *b)
{
    const struct piece *left = a, *right = b;

    if (left->resource != right->resource)
        return left->resource < right->resource ? -1 : 1;
    return (left->amount < right->amount) - (left->amount > right->amount);
}

struct pieces {
    struct piece *items;
    size_t count;
};

static void add_pieces(struct pieces *pieces, const struct model_demand *demand,
                       const struct needs *needs)
{
    for (size_t i = 0; i < needs->count; i++)
        pieces->items[pieces->count++] = (struct piece){
            .resource = needs->items[i].resource,
            .amount = needs->items[i].amount,
            .start = amount_most(demand->demand->start, 0),
            .floor = amount_most(demand->demand->floor, 0),
        };
}

/* Those of one size are one piece, several times. */
static void merge(struct pieces *pieces)
{
    struct piece *last = pieces->items;

    if (!last)
        return;
    for (size_t i = 1; i < pieces->count; i++) {
        const struct piece *each = &pieces->items[i];

        if (by_resource_and_amount(last, each) == 0) {
            last->start = amount_add(last->start, each->start);
            last->floor = amount_add(last->floor, each->floor);
        } else {
            *++last = *each;
        }
    }
    if (pieces->count)
        pieces->count = (size_t)(last - pieces->items) + 1;
}

static struct pieces all_pieces(const struct model *model)
{
    struct pieces pieces = {0};
    size_t room = 0;

    for (size_t i = 0; i < model->demand_count; i++)
        for (size_t j = 0; j < model->demands[i].piece_count; j++)
            room += model->demands[i].pieces[j]->needs.count;
    pieces.items = arena_array(model->arena, room + 1, sizeof *pieces.items);
    for (size_t i = 0; pieces.items && i < model->demand_count; i++)
        for (size_t j = 0; j < model->demands[i].piece_count; j++)
            add_pieces(&pieces, &model->demands[i], &model->demands[i].pieces[j]->needs);
    if (pieces.items)
        qsort(pieces.items, pieces.count, sizeof *pieces.items, by_resource_and_amount);
    merge(&pieces);
    return pieces;
}

/* The nodes by what they have of a resource, the most first. */
static size_t take_stock(const struct model *model, size_t resource, struct stock *stock)
{
    const struct model_order *order = &model->orders[resource];

    for (size_t i = 0; i < order->count; i++) {
        const struct model_node *node = &model->nodes[order->kinds[order->count - 1 - i]];

        stock[i] = (struct stock){node->capacity[resource], node->count[AT_LARGEST]};
    }
    return order->count;
}

/* Bounds U4's second form, which goes through all nodes for each threshold. */
enum { THRESHOLDS_MAX = 64 };

struct sweep {
    const struct load *load;
    size_t next;            /* the first kind of node below the threshold */
    size_t thresholds;      /* passed so far */
    int64_t wanted, pieces; /* of all pieces from the threshold up */
    int64_t available;      /* on all nodes from the threshold up */
};

static int64_t slots(const struct sweep *sweep, int64_t threshold)
{
    int64_t count = 0;

    for (size_t i = 0; i < sweep->next; i++) {
        const struct stock *stock = &sweep->load->stock[i];

        count = amount_add(count,
                           amount_times(amount_pieces(stock->capacity, threshold), stock->count));
    }
    return count;
}

static void reach_down(struct sweep *sweep, int64_t threshold)
{
    const struct load *load = sweep->load;

    for (; sweep->next < load->stock_count; sweep->next++) {
        const struct stock *stock = &load->stock[sweep->next];

        if (stock->capacity < threshold)
            return;
        sweep->available =
            amount_add(sweep->available, amount_times(stock->capacity, stock->count));
    }
}

/* All pieces of at least the threshold were counted: is there a place for them? */
static void compare(struct sweep *sweep, int64_t threshold, struct placement_shortage *ret)
{
    int64_t places;

    reach_down(sweep, threshold);
    if (sweep->wanted > sweep->available) {
        *ret = (struct placement_shortage){.kind = PLACEMENT_SHORT_IN_SUM,
                                           .threshold = threshold,
                                           .wanted = sweep->wanted,
                                           .available = sweep->available};
        return;
    }
    if (sweep->thresholds++ >= THRESHOLDS_MAX)
        return;
    places = slots(sweep, threshold);
    if (sweep->pieces > places)
        *ret = (struct placement_shortage){.kind = PLACEMENT_SHORT_OF_PLACES,
                                           .threshold = threshold,
                                           .wanted = sweep->pieces,
                                           .available = places};
}

/* The last threshold that shows a shortage is kept: it speaks of the most replicas. */
static void find_in(const struct load *load, struct placement_shortage *ret)
{
    struct sweep sweep = {.load = load};

    for (size_t i = 0; i < load->piece_count; i++) {
        const struct piece *piece = &load->pieces[i];
        int64_t times = load_times(load, piece);

        sweep.pieces = amount_add(sweep.pieces, times);
        sweep.wanted = amount_add(sweep.wanted, amount_times(times, piece->amount));
        if (i + 1 == load->piece_count || load->pieces[i + 1].amount != piece->amount)
            compare(&sweep, piece->amount, ret);
    }
    if (ret->kind == PLACEMENT_NOT_SHORT && load_is_wasteful(load))
        *ret = (struct placement_shortage){
            .kind = PLACEMENT_SHORT_BY_WASTE, .wanted = sweep.wanted, .available = sweep.available};
}

/* In the config's order, the deployment with which the sum goes over what there is. */
static const struct placement_deployment *find_last(const struct model *model,
                                                    const struct placement_shortage *shortage)
{
    size_t resource = model_resource(model, shortage->resource);
    const struct placement_deployment *last = NULL;
    int64_t sum = 0;

    for (size_t i = 0; i < model->demand_count && sum <= shortage->available; i++) {
        const struct model_demand *demand = &model->demands[i];
        int64_t times = amount_most(demand->demand->start, 0);

        for (size_t j = 0; j < demand->piece_count; j++) {
            int64_t amount = model_amount(&demand->pieces[j]->needs, resource);

            if (amount == 0 || amount < shortage->threshold || times == 0)
                continue;
            last = demand->out;
            amount = shortage->kind == PLACEMENT_SHORT_OF_PLACES ? 1 : amount;
            sum = amount_add(sum, amount_times(times, amount));
        }
    }
    return last;
}

static void find_shortage(const struct model *model, const struct pieces *pieces,
                          struct stock *stock, bool floor, struct placement_shortage *ret)
{
    for (size_t i = 0, end; i < pieces->count && !ret->kind; i = end) {
        size_t resource = pieces->items[i].resource;
        struct load load = {&pieces->items[i], 0, stock, 0, floor};

        for (end = i; end < pieces->count && pieces->items[end].resource == resource; end++)
            load.piece_count++;
        load.stock_count = take_stock(model, resource, stock);
        find_in(&load, ret);
        ret->resource = model->resources[resource];
    }
}

void model_find_shortage(struct model *model)
{
    struct placement_shortage at_floor = {0}, *shortage = &model->placement->shortage;
    struct pieces pieces = all_pieces(model);
    struct stock *stock = arena_array(model->arena, model->node_count + 1, sizeof *stock);

    if (!pieces.items || !stock)
        return;
    find_shortage(model, &pieces, stock, false, shortage);
    if (!shortage->kind)
        return;
    find_shortage(model, &pieces, stock, true, &at_floor);
    shortage->for_ever = at_floor.kind;
    shortage->last = find_last(model, shortage);
}
