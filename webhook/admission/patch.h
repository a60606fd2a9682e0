/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A JSON Patch (RFC 6902), written from paths and raw JSON values; the object is never serialised
 * again, so nothing the user wrote can change on the way.
 */
#ifndef ADMISSION_PATCH_H
#define ADMISSION_PATCH_H

#include "core/path.h"

struct patch_op {
    struct patch_op *next;
    const char *pointer; /* RFC 6901 */
    struct bytes value;  /* JSON; empty: the member is removed */
    const char *label;   /* what a person reads: "head num-cpus"; "" for our own annotation */
};

struct patch {
    struct arena *arena;
    struct patch_op *first, **last;
    size_t count;
};

struct patch patch_new(struct arena *arena);

/* An `add` operation: the parent of the path exists in the object, or an earlier operation made it.
 */
void patch_add(struct patch *patch, const struct path *path, struct bytes value, const char *label);

/* A `remove` operation: the member is there. */
void patch_remove(struct patch *patch, const struct path *path, const char *label);

/* The operations as a JSON array. */
void patch_write(struct text *out, const struct patch *patch);

#endif
