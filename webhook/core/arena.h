/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bump allocator with a hard limit: one a request, freed in one call. At the limit, or when the
 * system has no memory, it returns NULL and stays exhausted, so a forgotten NULL check can not turn
 * into a verdict: whoever sends the answer asks arena_exhausted() first.
 * Not thread-safe: an arena belongs to one thread at a time.
 */
#ifndef CORE_ARENA_H
#define CORE_ARENA_H

#include "core/bytes.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena;

/* limit: bytes it may take from the system in all. NULL if there is no memory. Free with
 * arena_free(). */
struct arena *arena_new(size_t limit);

/* The same, for secrets: what goes back to the system is overwritten first. */
struct arena *arena_new_wiped(size_t limit);

/* Takes NULL. */
void arena_free(struct arena *arena);

/* Forgets all allocations and the exhaustion; keeps the first chunk, gives the others back. */
void arena_reset(struct arena *arena);

/* Aligned for any object; zeroed. NULL at the limit. */
void *arena_alloc(struct arena *arena, size_t size);

/* The same, not zeroed: for callers that write every byte. */
void *arena_take(struct arena *arena, size_t size);

/* Zeroed array; NULL at the limit or where count * size overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* NUL-terminated copy. "" (static) when exhausted, so that it may be printed. */
const char *arena_copy(struct arena *arena, struct bytes text);
const char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const char *arena_vprintf(struct arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

bool arena_exhausted(const struct arena *arena);

/* Makes the arena exhausted: for a bound of another kind that must end the request. */
void arena_exhaust(struct arena *arena);

/* Bytes taken from the system so far. */
size_t arena_used(const struct arena *arena);

#endif
