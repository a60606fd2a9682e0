/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many requests are worked on at once: each connection has a thread, but only some may hold an
 * arena at a time, so memory has a bound (memory_plan.h) and a burst queues up instead of
 * thrashing. Large bodies have one arena of their own: 25 ms of parsing 3 MB never keep a usual
 * call (0.1 ms) waiting.
 */
#ifndef SERVER_WORKERS_H
#define SERVER_WORKERS_H

#include "core/arena.h"

struct workers;

enum {
    WORKERS_SMALL_BODY = 256 * 1024,
    WORKERS_MOST = 16, /* of 0.1 ms each: more than a machine has cores for */
};

struct workers_size {
    size_t small_count; /* arenas for small bodies, 1 to WORKERS_MOST */
    size_t small_bytes; /* the limit of each */
    size_t large_bytes; /* of the one for large bodies; 0: they have none, and use the others */
};

/* NULL if there is no memory. */
struct workers *workers_new(const struct workers_size *size);

/* Nobody may hold an arena. Takes NULL. */
void workers_free(struct workers *workers);

/* An arena for a body of that size, waiting for one if need be; NULL after WORKERS_PATIENCE_MS. */
struct arena *workers_take(struct workers *workers, size_t body_size);

/* Resets the arena: what it took from the system for a large request goes back. Takes NULL. */
void workers_give(struct workers *workers, struct arena *arena);

enum { WORKERS_PATIENCE_MS = 2000 };

#endif
