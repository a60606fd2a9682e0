/* SPDX-License-Identifier: Apache-2.0 */
/* How often each kind of node holds each kind of piece: divided once, read often. */
#include "ray/placement/model.h"

#include <stdlib.h>

/* What a hostile config may make us do; a thousand groups and a thousand deployments are below. */
enum { PAIRS_MAX = 2 * 1024 * 1024, DIVISIONS_MAX = 4 * PAIRS_MAX };

static int order(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_limit_and_needs(const struct model_row *left, const struct model_row *right)
{
    int found = order(left->limit, right->limit);

    if (!found)
        found = order((int64_t)left->needs.count, (int64_t)right->needs.count);
    for (size_t i = 0; !found && i < left->needs.count; i++) {
        const struct need *a = &left->needs.items[i], *b = &right->needs.items[i];

        found = order((int64_t)a->resource, (int64_t)b->resource);
        if (!found)
            found = order(a->amount, b->amount);
    }
    return found;
}

/* A piece before it is known which others are like it, and who waits for its row. */
struct wanted {
    struct model_row row;
    const struct model_row **place;
};

static int by_row(const void *a, const void *b)
{
    return by_limit_and_needs(&((const struct wanted *)a)->row, &((const struct wanted *)b)->row);
}

static int by_resource(const void *a, const void *b)
{
    const struct need *left = a, *right = b;

    return (left->resource > right->resource) - (left->resource < right->resource);
}

static struct needs needs_of(const struct model *model, const struct ray_resources *list)
{
    struct needs needs = {.items = arena_array(model->arena, list->count + 1, sizeof *needs.items)};

    for (size_t i = 0; needs.items && i < list->count; i++)
        needs.items[needs.count++] =
            (struct need){model_resource(model, list->items[i].name), list->items[i].amount};
    if (needs.items)
        qsort(needs.items, needs.count, sizeof *needs.items, by_resource);
    return needs;
}

static size_t count_pieces(struct model *model)
{
    size_t count = 0;

    for (size_t i = 0; i < model->demand_count; i++) {
        struct model_demand *demand = &model->demands[i];
        bool bundles = demand->demand->shape != DEMAND_NODE;

        demand->piece_count = bundles ? demand->demand->bundle_count : 1;
        demand->pieces = arena_array(model->arena, demand->piece_count, sizeof *demand->pieces);
        model->has_bundles = model->has_bundles || bundles;
        count += demand->piece_count;
    }
    return count;
}

static size_t find_wanted(struct model *model, struct wanted *wanted)
{
    size_t count = 0;

    for (size_t i = 0; i < model->demand_count; i++) {
        struct model_demand *demand = &model->demands[i];
        const struct demand *asks = demand->demand;

        for (size_t j = 0; j < demand->piece_count; j++)
            wanted[count++] = (struct wanted){
                .row = {.needs = needs_of(model, asks->shape == DEMAND_NODE ? &asks->node
                                                                            : &asks->bundles[j]),
                        .limit = asks->shape == DEMAND_NODE ? asks->limit : RAY_UNLIMITED},
                .place = &demand->pieces[j],
            };
    }
    return count;
}

/* At most limit; above what a row can say, it is unlimited, which every bound may take it for. */
static uint32_t holds(const struct model_node *node, const struct model_row *row)
{
    int64_t most = row->limit;

    for (size_t i = 0; i < row->needs.count && most > 0; i++) {
        int64_t capacity = node->capacity[row->needs.items[i].resource];

        if (capacity != RAY_UNLIMITED)
            most = amount_least(most, capacity / row->needs.items[i].amount);
    }
    return most < ROW_UNLIMITED ? (uint32_t)most : ROW_UNLIMITED;
}

static bool is_known(const struct model_node *node, const struct model_row *row)
{
    for (size_t i = 0; i < row->needs.count; i++)
        if (node->capacity[row->needs.items[i].resource] == RAY_UNLIMITED)
            return false;
    return true;
}

static int64_t times(uint32_t pieces, int64_t nodes)
{
    return pieces == ROW_UNLIMITED && nodes ? RAY_UNLIMITED : amount_times(pieces, nodes);
}

static void add_kind(struct model_row *row, const struct model_node *node, size_t i, uint32_t most,
                     uint64_t *known, uint64_t *asked)
{
    bool knows = is_known(node, row);

    row->capacities_known = row->capacities_known && knows;
    for (enum moment when = AT_START; when < MOMENTS; when++)
        row->room[when] = amount_add(row->room[when], times(most, node->count[when]));
    row->best = amount_most(row->best, most == ROW_UNLIMITED ? RAY_UNLIMITED : most);
    if (most == 0)
        return;
    node->group->hosts_replicas = true;
    if (knows)
        known[i / 64] |= (uint64_t)1 << i % 64;
    if (node->asked)
        asked[i / 64] |= (uint64_t)1 << i % 64;
}

static bool fill(struct model *model, struct model_row *row)
{
    uint32_t *most = arena_array(model->arena, model->node_count + 1, sizeof *most);
    uint64_t *known = arena_array(model->arena, bits_words(model), sizeof *known);
    uint64_t *asked = arena_array(model->arena, bits_words(model), sizeof *asked);

    if (!most || !known || !asked)
        return false;
    row->capacities_known = true;
    for (size_t i = 0; i < model->node_count; i++) {
        most[i] = holds(&model->nodes[i], row);
        add_kind(row, &model->nodes[i], i, most[i], known, asked);
    }
    row->holds = most;
    row->known = known;
    row->asked = asked;
    return true;
}

static bool is_too_large(const struct model *model)
{
    size_t needs = 0, nodes = model->node_count + 1;

    for (size_t i = 0; i < model->row_count; i++)
        needs += model->rows[i].needs.count;
    return model->row_count > PAIRS_MAX / nodes || needs > DIVISIONS_MAX / nodes;
}

static void merge(struct model *model, const struct wanted *wanted, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || by_row(&wanted[i - 1], &wanted[i]) != 0)
            model->rows[model->row_count++] = wanted[i].row;
        *wanted[i].place = &model->rows[model->row_count - 1];
    }
}

bool model_make_rows(struct model *model)
{
    size_t count = count_pieces(model);
    struct wanted *wanted = arena_array(model->arena, count + 1, sizeof *wanted);

    model->rows = arena_array(model->arena, count + 1, sizeof *model->rows);
    if (arena_exhausted(model->arena))
        return false;
    count = find_wanted(model, wanted);
    qsort(wanted, count, sizeof *wanted, by_row);
    merge(model, wanted, count);
    for (size_t i = 0; i < model->demand_count; i++)
        model->demands[i].row = model->demands[i].pieces[0];
    if (arena_exhausted(model->arena) || is_too_large(model))
        return false;
    for (size_t i = 0; i < model->row_count; i++)
        if (!fill(model, &model->rows[i]))
            return false;
    return true;
}
