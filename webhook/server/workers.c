/* SPDX-License-Identifier: Apache-2.0 */
#include "server/workers.h"

#include "server/clock.h"

#include <pthread.h>
#include <stdlib.h>

/* Free arenas, and those who wait for one. */
struct lane {
    pthread_cond_t returned;
    struct arena *free[WORKERS_MOST];
    struct arena *all[WORKERS_MOST];
    size_t free_count, count;
};

struct workers {
    pthread_mutex_t lock;
    struct lane small, large;
};

static bool lane_open(struct lane *lane, size_t count, size_t limit)
{
    pthread_condattr_t monotonic;

    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&lane->returned, &monotonic);
    pthread_condattr_destroy(&monotonic);
    for (; lane->count < count; lane->count++) {
        struct arena *arena = arena_new(limit);

        if (!arena)
            return false;
        lane->all[lane->count] = arena;
        lane->free[lane->free_count++] = arena;
    }
    return true;
}

static void lane_close(struct lane *lane)
{
    for (size_t i = 0; i < lane->count; i++)
        arena_free(lane->all[i]);
    pthread_cond_destroy(&lane->returned);
}

struct workers *workers_new(const struct workers_size *size)
{
    struct workers *workers = calloc(1, sizeof *workers);
    bool small, large;

    if (!workers)
        return NULL;
    pthread_mutex_init(&workers->lock, NULL);
    small = lane_open(&workers->small, size->small_count, size->small_bytes);
    large = lane_open(&workers->large, size->large_bytes ? 1 : 0, size->large_bytes);
    if (small && large)
        return workers;
    workers_free(workers);
    return NULL;
}

void workers_free(struct workers *workers)
{
    if (!workers)
        return;
    lane_close(&workers->small);
    lane_close(&workers->large);
    pthread_mutex_destroy(&workers->lock);
    free(workers);
}

static struct timespec patience_ends(void)
{
    int64_t end = clock_ns() + (int64_t)WORKERS_PATIENCE_MS * CLOCK_MS_NS;

    return (struct timespec){.tv_sec = (time_t)(end / CLOCK_SECOND_NS),
                             .tv_nsec = (long)(end % CLOCK_SECOND_NS)};
}

struct arena *workers_take(struct workers *workers, size_t body_size)
{
    bool large = body_size > WORKERS_SMALL_BODY && workers->large.count;
    struct lane *lane = large ? &workers->large : &workers->small;
    struct timespec end = patience_ends();
    struct arena *arena = NULL;
    int timed_out = 0;

    pthread_mutex_lock(&workers->lock);
    while (!lane->free_count && !timed_out)
        timed_out = pthread_cond_timedwait(&lane->returned, &workers->lock, &end);
    if (lane->free_count)
        arena = lane->free[--lane->free_count];
    pthread_mutex_unlock(&workers->lock);
    return arena;
}

static bool owns(const struct lane *lane, const struct arena *arena)
{
    for (size_t i = 0; i < lane->count; i++) {
        if (lane->all[i] == arena)
            return true;
    }
    return false;
}

void workers_give(struct workers *workers, struct arena *arena)
{
    struct lane *lane;

    if (!arena)
        return;
    arena_reset(arena);
    lane = owns(&workers->small, arena) ? &workers->small : &workers->large;
    pthread_mutex_lock(&workers->lock);
    lane->free[lane->free_count++] = arena;
    pthread_cond_signal(&lane->returned);
    pthread_mutex_unlock(&workers->lock);
}
