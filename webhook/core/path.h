/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where something stands in an object: a list that is threaded through the calls from the root
 * down. Text is made only when something is reported. A path holds pointers to its parents:
 * PATH_KEY and friends are compound literals that live until the end of their block, so they may be
 * passed down and never stored; path_keep() makes a copy that lives in an arena.
 */
#ifndef CORE_PATH_H
#define CORE_PATH_H

#include "core/arena.h"
#include "core/text.h"

enum path_step {
    PATH_STEP_KEY,   /* .key */
    PATH_STEP_INDEX, /* [index] */
    PATH_STEP_TEXT,  /* "; the rest is inside that string": printed as ": " */
};

struct path {
    const struct path *parent;
    const char *key;
    size_t index;
    enum path_step step;
    unsigned line, column; /* of the innermost text that has lines, from 1; 0 where there is none */
};

#define PATH_KEY(up, name)                                                                         \
    (&(const struct path){                                                                         \
        .parent = (up), .key = (name), .line = (up)->line, .column = (up)->column})
#define PATH_INDEX(up, i)                                                                          \
    (&(const struct path){.parent = (up),                                                          \
                          .index = (i),                                                            \
                          .step = PATH_STEP_INDEX,                                                 \
                          .line = (up)->line,                                                      \
                          .column = (up)->column})
/* The same place in the object, at another place of its text. */
#define PATH_AT(up, at_line, at_column)                                                            \
    (&(const struct path){.parent = (up)->parent,                                                  \
                          .key = (up)->key,                                                        \
                          .index = (up)->index,                                                    \
                          .step = (up)->step,                                                      \
                          .line = (at_line),                                                       \
                          .column = (at_column)})

/* One step below up, stored in the arena: for models, whose structs remember their place. */
struct path path_child_key(const struct path *up, const char *key);
struct path path_child_index(const struct path *up, size_t index);
struct path path_child_text(const struct path *up);

/* A copy of the last step that lives in the arena. NULL if it is exhausted. */
const struct path *path_keep(struct arena *arena, struct path path);

/* The same for all steps up to the root: for a path that outlives the calls it came through. */
const struct path *path_copy(struct arena *arena, const struct path *path);

/* spec.a[0].b, and behind an embedded text ": " and the path in it. The root prints nothing. */
void path_field(struct text *out, const struct path *path);

/* RFC 6901: /spec/a/0/b with ~0 and ~1. Stops before an embedded text. */
void path_pointer(struct text *out, const struct path *path);

#endif
