/* SPDX-License-Identifier: Apache-2.0 */
#include "core/arena.h"
#include "test.h"

#include <stdint.h>

static void allocations_are_zeroed_aligned_and_apart(void)
{
    struct arena *arena = arena_new(1024 * 1024);
    char *a = arena_alloc(arena, 3), *b = arena_alloc(arena, 100000);

    CHECK(a && b);
    CHECK_INT((uintptr_t)b % sizeof(void *), 0);
    for (size_t i = 0; i < 100000; i++)
        if (!CHECK_INT(b[i], 0))
            break;
    memset(b, 1, 100000);
    CHECK_INT(a[0], 0);
    arena_free(arena);
}

static void the_limit_is_hard_and_sticky(void)
{
    struct arena *arena = arena_new(100 * 1024);

    CHECK(arena_alloc(arena, 60 * 1024));
    CHECK(!arena_exhausted(arena));
    CHECK(!arena_alloc(arena, 60 * 1024));
    CHECK(arena_exhausted(arena));
    CHECK(!arena_alloc(arena, 1));
    CHECK_TEXT(arena_printf(arena, "%d", 1), "");
    CHECK(arena_used(arena) <= 100 * 1024);
    arena_free(arena);
}

static void a_reset_forgets_all_and_gives_large_chunks_back(void)
{
    struct arena *arena = arena_new(8 * 1024 * 1024);

    CHECK(arena_alloc(arena, 10));
    CHECK(arena_alloc(arena, 3 * 1024 * 1024));
    CHECK(!arena_alloc(arena, 30 * 1024 * 1024));
    arena_reset(arena);
    CHECK(!arena_exhausted(arena));
    CHECK(arena_used(arena) <= 64 * 1024);
    CHECK(arena_alloc(arena, 10));
    arena_free(arena);
}

static void a_product_that_overflows_is_no_allocation(void)
{
    struct arena *arena = arena_new(1024 * 1024);

    CHECK(!arena_array(arena, SIZE_MAX / 2, 8));
    CHECK(arena_exhausted(arena));
    arena_reset(arena);
    CHECK(!arena_take(arena, SIZE_MAX - 3));
    CHECK(arena_exhausted(arena));
    arena_free(arena);
    arena_free(NULL);
}

TEST_MAIN(TEST(allocations_are_zeroed_aligned_and_apart), TEST(the_limit_is_hard_and_sticky),
          TEST(a_reset_forgets_all_and_gives_large_chunks_back),
          TEST(a_product_that_overflows_is_no_allocation))
