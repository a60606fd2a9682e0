/* SPDX-License-Identifier: Apache-2.0 */
#include "core/named.h"

#include <stdint.h>
#include <stdlib.h>

struct named_list named_list_new(struct arena *arena, size_t room)
{
    struct named_list list = {.items = room ? arena_array(arena, room, sizeof *list.items) : NULL};

    list.room = list.items ? room : 0;
    return list;
}

void named_add(struct named_list *list, const char *name, const void *value)
{
    if (list->count < list->room)
        list->items[list->count++] = (struct named){name, value};
}

static int compare(const void *a, const void *b)
{
    const struct named *left = a, *right = b;
    int order = strcmp(left->name, right->name);

    if (order)
        return order;
    return ((uintptr_t)left->value > (uintptr_t)right->value) -
           ((uintptr_t)left->value < (uintptr_t)right->value);
}

void named_sort(struct named_list *list)
{
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, compare);
}

const struct named *named_find(const struct named_list *list, const char *name)
{
    size_t low = 0, high = list->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(list->items[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == list->count || strcmp(list->items[low].name, name) != 0)
        return NULL;
    return &list->items[low];
}
