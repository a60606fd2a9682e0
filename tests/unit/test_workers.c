/* SPDX-License-Identifier: Apache-2.0 */
#include "server/workers.h"
#include "test.h"

#include <pthread.h>

enum { LIMIT = 1024 * 1024, MOST = 64, SMALL = 1, LARGE = 1024 * 1024 };

static const struct workers_size standard = {4, LIMIT, LIMIT}, one = {1, LIMIT, 0};

/* Takes until there is none for now. */
static size_t take_all(struct workers *workers, size_t body_size, struct arena *taken[MOST])
{
    size_t count = 0;

    while (count < MOST && (taken[count] = workers_take(workers, body_size)))
        count++;
    return count;
}

static void lanes_are_bounded_and_apart(void)
{
    struct workers *workers = workers_new(&standard);
    struct arena *small[MOST], *large[MOST];
    size_t small_count = take_all(workers, SMALL, small);
    size_t large_count = take_all(workers, LARGE, large);

    if (!CHECK(small_count > 1 && small_count < MOST))
        return;
    CHECK_INT(large_count, 1);
    for (size_t i = 0; i < small_count; i++)
        workers_give(workers, small[i]);
    CHECK(workers_take(workers, SMALL) == small[small_count - 1]);
    workers_give(workers, small[small_count - 1]);
    workers_give(workers, large[0]);
    CHECK(workers_take(workers, LARGE) == large[0]);
    workers_give(workers, large[0]);
    workers_free(workers);
}

static void what_was_taken_goes_back(void)
{
    struct workers *workers = workers_new(&standard);
    struct arena *arena = workers_take(workers, LARGE);

    CHECK(!arena_alloc(arena, (size_t)LIMIT * 2));
    CHECK(arena_exhausted(arena));
    workers_give(workers, arena);
    CHECK(workers_take(workers, LARGE) == arena);
    CHECK(!arena_exhausted(arena));
    CHECK(arena_alloc(arena, LIMIT / 2));
    workers_give(workers, arena);
    CHECK(arena_used(arena) < LIMIT / 2);
    workers_free(workers);
}

static void *take_and_give(void *context)
{
    for (int i = 0; i < 1000; i++) {
        struct arena *arena = workers_take(context, i % 7 ? SMALL : LARGE);

        if (!arena || !arena_alloc(arena, 100))
            return context;
        workers_give(context, arena);
    }
    return NULL;
}

static void share(const struct workers_size *size)
{
    struct workers *workers = workers_new(size);
    pthread_t threads[16];
    size_t count = sizeof threads / sizeof *threads;

    for (size_t i = 0; i < count; i++)
        CHECK(pthread_create(&threads[i], NULL, take_and_give, workers) == 0);
    for (size_t i = 0; i < count; i++) {
        void *failed = workers;

        pthread_join(threads[i], &failed);
        CHECK(!failed);
    }
    workers_free(workers);
}

static void many_threads_share_them(void)
{
    share(&standard);
    share(&one);
}

static void one_for_all(void)
{
    struct workers *workers = workers_new(&one);
    struct arena *arena = workers_take(workers, LARGE);

    CHECK(arena);
    CHECK(!workers_take(workers, SMALL));
    workers_give(workers, arena);
    CHECK(workers_take(workers, SMALL) == arena);
    workers_give(workers, arena);
    workers_free(workers);
}

TEST_MAIN(TEST(lanes_are_bounded_and_apart), TEST(what_was_taken_goes_back),
          TEST(many_threads_share_them), TEST(one_for_all))
