/* SPDX-License-Identifier: Apache-2.0 */
#include "core/yaml_keys.h"

#include <stdint.h>

/*
 * A branch knows the first byte at which the names below it differ, and the highest bit of it in
 * which they do; a leaf holds a name. The terminating NUL counts, so no name is another's prefix.
 */
struct yaml_keys_node {
    bool leaf;
    unsigned char bit; /* as a mask */
    size_t byte;
    struct yaml_keys_node *side[2];
    const char *name;
    void *value;
};

static bool side_of(const struct yaml_keys_node *branch, const char *name, size_t size)
{
    return branch->byte <= size && ((unsigned char)name[branch->byte] & branch->bit);
}

static struct yaml_keys_node *nearest(const struct yaml_keys *keys, const char *name, size_t size)
{
    struct yaml_keys_node *node = keys->root;

    while (node && !node->leaf)
        node = node->side[side_of(node, name, size)];
    return node;
}

static struct yaml_keys_node *new_leaf(struct arena *arena, const char *name)
{
    struct yaml_keys_node *leaf = arena_take(arena, sizeof *leaf);

    if (leaf)
        *leaf = (struct yaml_keys_node){.leaf = true, .name = name};
    return leaf;
}

static unsigned char highest_bit(unsigned difference)
{
    unsigned bit = 0x80;

    while (!(difference & bit))
        bit >>= 1;
    return (unsigned char)bit;
}

/* Branches are ordered from the root down by byte, then by bit: find where this one belongs. */
static struct yaml_keys_node **place_of(struct yaml_keys *keys, const struct yaml_keys_node *branch,
                                        const char *name, size_t size)
{
    struct yaml_keys_node **place = &keys->root;

    while (!(*place)->leaf) {
        struct yaml_keys_node *node = *place;

        if (node->byte > branch->byte || (node->byte == branch->byte && node->bit < branch->bit))
            break;
        place = &node->side[side_of(node, name, size)];
    }
    return place;
}

void **yaml_keys_place(struct yaml_keys *keys, struct arena *arena, const char *name)
{
    size_t size = strlen(name), same = 0;
    struct yaml_keys_node *near = nearest(keys, name, size), *branch, *leaf;
    struct yaml_keys_node **place;

    if (near) {
        while (same < size && near->name[same] == name[same])
            same++;
        if (near->name[same] == name[same])
            return &near->value;
    }
    leaf = new_leaf(arena, name);
    if (!near) {
        keys->root = leaf;
        return leaf ? &leaf->value : NULL;
    }
    branch = arena_take(arena, sizeof *branch);
    if (!leaf || !branch)
        return NULL;
    *branch = (struct yaml_keys_node){
        .byte = same,
        .bit = highest_bit((unsigned)(unsigned char)near->name[same] ^ (unsigned char)name[same])};
    place = place_of(keys, branch, name, size);
    branch->side[side_of(branch, name, size)] = leaf;
    branch->side[!side_of(branch, name, size)] = *place;
    *place = branch;
    return &leaf->value;
}

void *yaml_keys_find(const struct yaml_keys *keys, const char *name)
{
    struct yaml_keys_node *near = nearest(keys, name, strlen(name));

    return near && strcmp(near->name, name) == 0 ? near->value : NULL;
}
