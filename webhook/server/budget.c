/* SPDX-License-Identifier: Apache-2.0 */
#include "server/budget.h"

#include "server/clock.h"

#include <stdatomic.h>

enum { TRIES = 50 }; /* of a millisecond each: a peer that was cut needs less to be gone */

static size_t whole = BUDGET_STANDARD;
static atomic_size_t used;

void budget_set(size_t size)
{
    whole = size;
}

static bool take(size_t size)
{
    size_t before = atomic_load(&used);

    do {
        if (size > whole - before)
            return false;
    } while (!atomic_compare_exchange_weak(&used, &before, before + size));
    return true;
}

bool budget_take(size_t size, void (*make_room)(void *context), void *context)
{
    if (size > whole)
        return false; /* nobody's end would help */
    for (int i = 0; i < TRIES; i++) {
        if (take(size))
            return true;
        make_room(context);
        clock_sleep(1);
    }
    return false;
}

void budget_give(size_t size)
{
    atomic_fetch_sub(&used, size);
}
