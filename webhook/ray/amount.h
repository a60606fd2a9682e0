/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Amounts of a resource as Ray counts them: whole multiples of 1/10,000 (fixed_point.h), bytes of
 * memory too. Sums and products of what users write saturate: RAY_UNLIMITED is also what an amount
 * is that nobody can know before `ray start` ran.
 */
#ifndef RAY_AMOUNT_H
#define RAY_AMOUNT_H

#include <stdbool.h>
#include <stdint.h>

#define RAY_ONE 10000
#define RAY_UNLIMITED INT64_MAX

/* All three take amounts and counts from 0 up. */
static inline int64_t amount_add(int64_t a, int64_t b)
{
    return a > RAY_UNLIMITED - b ? RAY_UNLIMITED : a + b;
}

static inline int64_t amount_times(int64_t a, int64_t b)
{
    return b && a > RAY_UNLIMITED / b ? RAY_UNLIMITED : a * b;
}

/* How many pieces of `part` there are in `whole`. */
static inline int64_t amount_pieces(int64_t whole, int64_t part)
{
    return whole == RAY_UNLIMITED || part == 0 ? RAY_UNLIMITED : whole / part;
}

static inline int64_t amount_least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static inline int64_t amount_most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

#endif
