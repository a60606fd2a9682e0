/* SPDX-License-Identifier: Apache-2.0 */
#include "core/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    FIRST_CHUNK = 64 * 1024,     /* a usual request fits: one malloc, kept for the next one */
    LARGEST_CHUNK = 1024 * 1024, /* growth doubles up to here */
    ALIGNMENT = alignof(max_align_t),
};

struct chunk {
    struct chunk *previous;
    size_t size, used;
    alignas(max_align_t) char data[];
};

struct arena {
    struct chunk *chunk;
    size_t limit, taken;
    bool exhausted, wiped;
};

static struct chunk *chunk_new(size_t size)
{
    struct chunk *chunk = malloc(sizeof *chunk + size);

    if (chunk)
        *chunk = (struct chunk){.size = size};
    return chunk;
}

struct arena *arena_new(size_t limit)
{
    struct arena *arena = calloc(1, sizeof *arena);

    if (arena)
        arena->limit = limit;
    return arena;
}

struct arena *arena_new_wiped(size_t limit)
{
    struct arena *arena = arena_new(limit);

    if (arena)
        arena->wiped = true;
    return arena;
}

static void free_chunks(struct arena *arena, const struct chunk *keep)
{
    while (arena->chunk && arena->chunk != keep) {
        struct chunk *chunk = arena->chunk;

        arena->chunk = chunk->previous;
        arena->taken -= chunk->size;
        if (arena->wiped)
            explicit_bzero(chunk->data, chunk->size);
        free(chunk);
    }
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    free_chunks(arena, NULL);
    free(arena);
}

void arena_reset(struct arena *arena)
{
    struct chunk *first = arena->chunk;

    while (first && first->previous)
        first = first->previous;
    if (first && first->size > FIRST_CHUNK)
        first = NULL;
    free_chunks(arena, first);
    if (first)
        first->used = 0;
    arena->exhausted = false;
}

static size_t next_chunk_size(const struct arena *arena, size_t needed)
{
    size_t size = arena->chunk ? arena->chunk->size * 2 : FIRST_CHUNK;

    if (size > LARGEST_CHUNK)
        size = LARGEST_CHUNK;
    if (size > arena->limit - arena->taken)
        size = arena->limit - arena->taken;
    return size < needed ? needed : size;
}

static bool grow(struct arena *arena, size_t needed)
{
    struct chunk *chunk;

    if (needed > arena->limit - arena->taken)
        return false;
    chunk = chunk_new(next_chunk_size(arena, needed));
    if (!chunk)
        return false;
    chunk->previous = arena->chunk;
    arena->chunk = chunk;
    arena->taken += chunk->size;
    return true;
}

void *arena_take(struct arena *arena, size_t size)
{
    size_t rounded = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    struct chunk *chunk = arena->chunk;
    void *place;

    if (rounded < size || arena->exhausted) {
        arena->exhausted = true;
        return NULL;
    }
    if (!chunk || rounded > chunk->size - chunk->used) {
        if (!grow(arena, rounded)) {
            arena->exhausted = true;
            return NULL;
        }
        chunk = arena->chunk;
    }
    place = chunk->data + chunk->used;
    chunk->used += rounded;
    return place;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    void *place = arena_take(arena, size);

    return place ? memset(place, 0, size) : NULL;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size) {
        arena->exhausted = true;
        return NULL;
    }
    return arena_alloc(arena, count * size);
}

const char *arena_copy(struct arena *arena, struct bytes text)
{
    char *copy = arena_take(arena, text.size + 1);

    if (!copy)
        return "";
    if (text.size)
        memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    return copy;
}

/* What is left of the chunk; arena_take() of that much or less will give just this place. */
static char *room_left(const struct arena *arena, size_t *ret_size)
{
    struct chunk *chunk = arena->chunk;

    *ret_size = chunk ? chunk->size - chunk->used : 0;
    return chunk ? chunk->data + chunk->used : NULL;
}

/* Written where it will most likely stay: to measure it first would be to format it twice. */
const char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
    size_t room;
    char *text, *there = room_left(arena, &room);
    va_list again;
    int length;

    va_copy(again, args);
    length = vsnprintf(there, room, format, again);
    va_end(again);
    text = length < 0 ? NULL : arena_take(arena, (size_t)length + 1);
    if (!text)
        return "";
    if (text != there || (size_t)length >= room)
        (void)vsnprintf(text, (size_t)length + 1, format, args);
    return text;
}

const char *arena_printf(struct arena *arena, const char *format, ...)
{
    const char *text;
    va_list args;

    va_start(args, format);
    text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

bool arena_exhausted(const struct arena *arena)
{
    return arena->exhausted;
}

void arena_exhaust(struct arena *arena)
{
    arena->exhausted = true;
}

size_t arena_used(const struct arena *arena)
{
    return arena->taken;
}
