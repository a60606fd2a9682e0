/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of a text that leave all its other bytes as they are. */
#ifndef CLI_MANIFEST_EDITS_H
#define CLI_MANIFEST_EDITS_H

#include "core/text.h"

/* The bytes from at on make room for others. Nothing removed: they are put before at. */
struct edit {
    struct edit *next;
    size_t at, removed;
    struct bytes put;
};

/* In the order of the text; of two at one place, the one that was added first goes first. */
struct edits {
    struct edit *first;
};

/* Adds a copy; put is kept by reference. */
void edits_add(struct arena *arena, struct edits *edits, struct edit edit);

/* The text with all of them made. False if two want the same bytes, or one is not in the text. */
bool edits_apply(struct arena *arena, const struct edits *edits, struct bytes text,
                 struct bytes *ret) __attribute__((warn_unused_result));

#endif
