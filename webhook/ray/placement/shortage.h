/* SPDX-License-Identifier: Apache-2.0 */
/* One resource: the pieces that want some of it, and the nodes that have some. */
#ifndef RAY_PLACEMENT_SHORTAGE_H
#define RAY_PLACEMENT_SHORTAGE_H

#include "ray/placement/model.h"

/* A piece that has to lie on one node: a replica, or a bundle of it. */
struct piece {
    size_t resource;
    int64_t amount, start, floor; /* so many at start, and at the fewest */
};

struct stock {
    int64_t capacity, count;
};

struct load {
    const struct piece *pieces; /* the largest first */
    size_t piece_count;
    struct stock *stock; /* the nodes, the largest first */
    size_t stock_count;
    bool floor; /* count the fewest replicas, not those at start */
};

static inline int64_t load_times(const struct load *load, const struct piece *piece)
{
    return load->floor ? piece->floor : piece->start;
}

/* The sums would do, and yet there is no way to cut the nodes into these pieces. */
bool load_is_wasteful(const struct load *load);

#endif
