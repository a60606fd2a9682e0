/* SPDX-License-Identifier: Apache-2.0 */
#include "ray/placement/fits.h"

#include <stdlib.h>

static int64_t divisor(int64_t a, int64_t b)
{
    while (b) {
        int64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

int64_t fits_replicas(const struct demand *demand, enum moment moment)
{
    return amount_most(moment == AT_START ? demand->start : demand->max, 0);
}

bool fits_never_starts(const struct placement_deployment *deployment)
{
    return deployment->reason == PLACEMENT_FITS_NO_NODE ||
           deployment->reason == PLACEMENT_TOO_FEW_NODES;
}

int64_t fits_rest(const struct fits *fits, const struct need *need, int64_t pieces)
{
    int64_t total = fits->supplies[need->resource].total[fits->moment];
    int64_t own = amount_times(need->amount, pieces);

    if (need->resource == fits->cpu)
        total = amount_add(total, amount_times(fits->unlisted, RAY_ONE));
    return total == RAY_UNLIMITED || own == RAY_UNLIMITED ? RAY_UNLIMITED : total - own;
}

static void add_demand(struct fits *fits, const struct model_demand *demand)
{
    int64_t start = demand->demand->start;

    if (fits_never_starts(demand->out))
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
                    supply->total[when], amount_times(amount, fits_replicas(demand->demand, when)));
        }
    }
}

struct ask {
    int64_t amount, total[MOMENTS], on_one[MOMENTS];
};

static int by_amount(const void *a, const void *b)
{
    const struct ask *left = a, *right = b;

    return (left->amount > right->amount) - (left->amount < right->amount);
}

static struct ask ask_of(const struct demand *demand, const struct model_row *piece, int64_t amount)
{
    struct ask ask = {.amount = amount};

    for (enum moment when = AT_START; when < MOMENTS; when++) {
        int64_t replicas = fits_replicas(demand, when);

        ask.total[when] = amount_times(amount, replicas);
        ask.on_one[when] = amount_times(amount, amount_least(replicas, piece->limit));
    }
    return ask;
}

static size_t find_asks(const struct model *model, size_t resource, struct ask *asks)
{
    size_t count = 0;

    for (size_t i = 0; i < model->demand_count; i++) {
        const struct model_demand *demand = &model->demands[i];

        for (size_t j = 0; j < demand->piece_count && !fits_never_starts(demand->out); j++) {
            int64_t amount = model_amount(&demand->pieces[j]->needs, resource);

            if (amount == 0)
                continue;
            asks[count] = ask_of(demand->demand, demand->pieces[j], amount);
            count++;
        }
    }
    qsort(asks, count, sizeof *asks, by_amount);
    return count;
}

/* Going up the nodes' order and the asks' together. */
static bool find_within(const struct fits *fits, size_t resource, enum moment moment,
                        const struct ask *asks, size_t count)
{
    const struct model_order *order = &fits->model->orders[resource];
    struct supply *supply = &fits->supplies[resource];
    int64_t *within = arena_array(fits->model->arena, order->count + 1, sizeof *within);
    int64_t *on_one = arena_array(fits->model->arena, order->count + 1, sizeof *on_one);
    int64_t sum = 0, sum_on_one = 0;
    size_t next = 0;

    for (size_t i = 0; within && on_one && i < order->count; i++) {
        int64_t capacity = fits->model->nodes[order->kinds[i]].capacity[resource];

        for (; next < count && asks[next].amount <= capacity; next++) {
            sum = amount_add(sum, asks[next].total[moment]);
            sum_on_one = amount_add(sum_on_one, asks[next].on_one[moment]);
        }
        within[i] = sum;
        on_one[i] = sum_on_one;
    }
    supply->within[moment] = within;
    supply->on_one[moment] = on_one;
    return within && on_one;
}

static size_t count_pieces(const struct model *model)
{
    size_t count = 0;

    for (size_t i = 0; i < model->demand_count; i++)
        count += model->demands[i].piece_count;
    return count;
}

static bool prepare_within(struct fits *fits)
{
    const struct model *model = fits->model;
    struct ask *asks = arena_array(model->arena, count_pieces(model) + 1, sizeof *asks);

    for (size_t i = 0; asks && i < model->resource_count; i++) {
        size_t count = find_asks(model, i, asks);

        for (enum moment when = AT_START; when < MOMENTS; when++)
            if (!find_within(fits, i, when, asks, count))
                return false;
    }
    return asks;
}

bool fits_prepare(struct fits *fits, const struct model *model)
{
    fits->supplies = arena_array(model->arena, model->resource_count, sizeof *fits->supplies);
    if (!fits->supplies)
        return false;
    fits->model = model;
    fits->cpu = model_resource(model, "CPU");
    for (size_t i = 0; i < model->demand_count; i++)
        add_demand(fits, &model->demands[i]);
    return prepare_within(fits);
}

void fits_add_unlisted(struct fits *fits)
{
    struct supply *cpus = &fits->supplies[fits->cpu];

    fits->unlisted = (int64_t)fits->model->application_count;
    cpus->unit = divisor(cpus->unit, RAY_ONE);
}
