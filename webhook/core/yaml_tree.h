/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds the tree of values from a document's events, as yaml.v2's decoder and sigs.k8s.io/yaml
 * would: anchors and aliases, merge keys, duplicate keys, keys as text. Knows no parser.
 */
#ifndef CORE_YAML_TREE_H
#define CORE_YAML_TREE_H

#include "core/yaml.h"
#include "core/yaml_keys.h"
#include "core/yaml_place.h"
#include "core/yaml_resolve.h"

/* An event. Its strings may be gone when the call returns. */
struct yaml_node {
    struct yaml_mark mark;
    const char *anchor; /* NULL: none; of an alias: the anchor it asks for */
    const char *tag;    /* in full, or NULL; of scalars */
    struct bytes text;  /* of scalars, NUL-terminated */
    bool plain;         /* no quotes, not a block */
    bool implicit;      /* plain and untagged, or tagged `!`: its type is found by its spelling */
};

enum { YAML_FEW = 8 }; /* members that are compared one by one; more get an index */

enum yaml_role {
    ROLE_VALUE,
    ROLE_MERGE,      /* what `<<:` has */
    ROLE_MERGE_LIST, /* the list that `<<:` has */
};

/* A collection that is open. */
struct yaml_frame {
    struct yaml_value *value, *last;
    struct yaml_anchor *anchor;
    enum yaml_role role;
    unsigned height; /* levels of collections below this one */
    size_t before;   /* what had been decoded when it began */

    /* Of a mapping: the key that waits for its value, and the members by key. */
    bool has_key, merge;
    const char *key;
    struct bytes key_text;
    struct yaml_mark key_mark;
    void *few[YAML_FEW]; /* struct yaml_value, as in the index */
    size_t keys;
    struct yaml_keys index;
};

struct yaml_anchor {
    struct yaml_value value; /* a copy: a duplicate key may overwrite the original */
    struct yaml_resolved resolved;
    bool open;       /* it is being read: an alias to it here would contain itself */
    size_t weight;   /* what it costs to decode it once more */
    unsigned height; /* levels of collections, with itself */
};

struct yaml_tree {
    struct arena *arena;
    const struct yaml_limits *limits;
    struct problem *problem;
    enum yaml_status status; /* why a call returned false */

    struct yaml_value *root;
    struct yaml_frame *frames; /* limits->depth of them */
    unsigned depth;            /* of which are open */
    struct yaml_keys anchors;
    size_t decoded, aliased; /* yaml.v2's decodeCount and aliasCount */
    struct yaml_loss *losses, *last_loss;
    bool suspect; /* some value or key has no JSON form, and may have been overwritten since */
};

/* All return false when it is over; status and problem say why. */
bool yaml_tree_init(struct yaml_tree *tree, struct arena *arena, const struct yaml_limits *limits,
                    struct problem *problem);
bool yaml_tree_scalar(struct yaml_tree *tree, const struct yaml_node *node);
bool yaml_tree_alias(struct yaml_tree *tree, const struct yaml_node *node);
bool yaml_tree_open(struct yaml_tree *tree, enum yaml_kind kind, const struct yaml_node *node);
bool yaml_tree_close(struct yaml_tree *tree);

/* After the last event: is there a JSON form of it all? */
bool yaml_tree_finish(struct yaml_tree *tree);

#endif
