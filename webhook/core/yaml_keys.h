/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A map from names to pointers: a crit-bit tree, because the names are the user's. No choice of
 * names makes it slow (a hash table without a secret has one), and a lookup costs a walk over at
 * most the name's bits.
 */
#ifndef CORE_YAML_KEYS_H
#define CORE_YAML_KEYS_H

#include "core/arena.h"

struct yaml_keys_node;

struct yaml_keys {
    struct yaml_keys_node *root; /* NULL: empty */
};

/*
 * Where the name's pointer is kept: NULL in a new place. The name is kept by reference. Returns
 * NULL when the arena is exhausted.
 */
void **yaml_keys_place(struct yaml_keys *keys, struct arena *arena, const char *name);

/* The pointer, or NULL. */
void *yaml_keys_find(const struct yaml_keys *keys, const char *name);

#endif
