/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three replicas of 1.5 CPUs and one of 1 have no place on three nodes of 2, though 6 is more than
 * 5.5: what is left beside a large piece is of no use. A dual bound as for bin packing (Martello
 * and Toth, L2), for bins of several sizes: give each piece a weight, find the most weight a node
 * can carry, compare the sums. Every choice of weights gives a proof or nothing.
 */
#include "ray/placement/shortage.h"

/* Choices tried: for each size of piece, each size of node. */
enum { LEASTS_MAX = 24, SIZES_MAX = 8 };

/*
 * Pieces below `least` weigh nothing; those that leave less than `least` on a node of `size` weigh
 * as much as the node; others as much as they are.
 */
struct weights {
    int64_t least, size;
    int64_t large; /* the smallest piece that weighs `size`; 0: there is none */
};

static int64_t weight(const struct weights *weights, int64_t amount)
{
    if (amount < weights->least)
        return 0;
    return amount > weights->size - weights->least ? weights->size : amount;
}

/* So many large pieces, and whatever else has room beside them. */
static int64_t with_large(const struct weights *weights, int64_t capacity, int64_t count)
{
    int64_t rest = capacity - count * weights->large;

    return amount_add(amount_times(count, weights->size), rest >= weights->least ? rest : 0);
}

/* Linear between these counts of large pieces, so one of them is the most. */
static int64_t most_weight(const struct weights *weights, int64_t capacity)
{
    int64_t most = capacity >= weights->least ? capacity : 0;

    if (weights->large == 0 || capacity == RAY_UNLIMITED)
        return most;
    most = amount_most(most, with_large(weights, capacity, capacity / weights->large));
    if (capacity >= weights->least)
        most = amount_most(
            most, with_large(weights, capacity, (capacity - weights->least) / weights->large));
    return most;
}

static bool proves(const struct load *load, struct weights weights)
{
    int64_t wanted = 0, carried = 0;

    for (size_t i = 0; i < load->piece_count; i++) {
        const struct piece *piece = &load->pieces[i];
        int64_t each = weight(&weights, piece->amount);

        wanted = amount_add(wanted, amount_times(each, load_times(load, piece)));
        if (each == weights.size)
            weights.large = piece->amount; /* they come in falling order */
    }
    for (size_t i = 0; i < load->stock_count; i++)
        carried = amount_add(carried, amount_times(most_weight(&weights, load->stock[i].capacity),
                                                   load->stock[i].count));
    return wanted > carried;
}

static bool proves_for_some_size(const struct load *load, int64_t least)
{
    size_t tried = 0;

    for (size_t i = 0; i < load->stock_count && tried < SIZES_MAX; i++) {
        int64_t size = load->stock[i].capacity;

        if (size == RAY_UNLIMITED || size < least)
            return false;
        if (i > 0 && size == load->stock[i - 1].capacity)
            continue;
        if (proves(load, (struct weights){.least = least, .size = size}))
            return true;
        tried++;
    }
    return false;
}

bool load_is_wasteful(const struct load *load)
{
    size_t tried = 0;

    for (size_t i = load->piece_count; i-- > 0 && tried < LEASTS_MAX;) {
        if (i + 1 < load->piece_count && load->pieces[i].amount == load->pieces[i + 1].amount)
            continue;
        if (proves_for_some_size(load, load->pieces[i].amount))
            return true;
        tried++;
    }
    return false;
}
