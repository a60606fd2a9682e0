/* SPDX-License-Identifier: Apache-2.0 */
/* Things to be found by name, sorted once: objects have few, a hostile one has 100,000. */
#ifndef CORE_NAMED_H
#define CORE_NAMED_H

#include "core/arena.h"

struct named {
    const char *name;
    const void *value;
};

struct named_list {
    struct named *items;
    size_t count, room;
};

/* Room for so many; no room when the arena is exhausted. */
struct named_list named_list_new(struct arena *arena, size_t room);

/* Drops what has no room. */
void named_add(struct named_list *list, const char *name, const void *value);

/* By name, equal names by the address of their values: items of one array keep their order. */
void named_sort(struct named_list *list);

/* The first of that name in a sorted list; NULL if there is none. */
const struct named *named_find(const struct named_list *list, const char *name);

#endif
