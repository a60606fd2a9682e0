/* SPDX-License-Identifier: Apache-2.0 */
#include "core/yaml_members.h"

static void add_loss(struct yaml_tree *tree, const struct yaml_value *old,
                     const struct yaml_value *new)
{
    struct yaml_loss *loss = arena_alloc(tree->arena, sizeof *loss);

    if (!loss)
        return;
    *loss = (struct yaml_loss){.key = new->key,
                               .line = new->key_line,
                               .column = new->key_column,
                               .lost_line = old->key_line,
                               .lost_column = old->key_column};
    if (tree->last_loss)
        tree->last_loss->next = loss;
    else
        tree->losses = loss;
    tree->last_loss = loss;
}

struct yaml_value *yaml_append(struct yaml_tree *tree, struct yaml_frame *frame)
{
    struct yaml_value *value = arena_take(tree->arena, sizeof *value);

    if (!value)
        return NULL;
    if (frame->last)
        frame->last->next = value;
    else
        frame->value->first = value;
    frame->last = value;
    frame->value->count++;
    return value;
}

static const char *key_of(const struct yaml_value *member)
{
    return member->key;
}

static bool build_index(struct yaml_tree *tree, struct yaml_frame *frame)
{
    for (size_t i = 0; i < YAML_FEW; i++) {
        void **place = yaml_keys_place(&frame->index, tree->arena, key_of(frame->few[i]));

        if (!place)
            return false;
        *place = frame->few[i];
    }
    return true;
}

/* The member of that key, or where to note a new one; NULL when the arena is exhausted. */
static void **find_place(struct yaml_tree *tree, struct yaml_frame *frame, const char *key)
{
    if (frame->keys < YAML_FEW) {
        for (size_t i = 0; i < frame->keys; i++)
            if (strcmp(key_of(frame->few[i]), key) == 0)
                return &frame->few[i];
        frame->few[frame->keys] = NULL;
        return &frame->few[frame->keys];
    }
    if (!frame->index.root && !build_index(tree, frame))
        return NULL;
    return yaml_keys_place(&frame->index, tree->arena, key);
}

static struct yaml_value *overwrite(struct yaml_tree *tree, struct yaml_value *old,
                                    const struct yaml_value *member)
{
    const struct yaml_value *next = old->next;

    if (!old->merged)
        add_loss(tree, old, member);
    *old = *member;
    old->next = next;
    return old;
}

struct yaml_value *yaml_put_member(struct yaml_tree *tree, struct yaml_frame *frame,
                                   const struct yaml_value *member)
{
    void **place = member->key ? find_place(tree, frame, member->key) : NULL;
    struct yaml_value *new;

    if (member->key && !place)
        return NULL;
    if (place && *place)
        return overwrite(tree, *place, member);
    new = yaml_append(tree, frame);
    if (!new)
        return NULL;
    *new = *member;
    new->next = NULL;
    if (place) {
        *place = new;
        frame->keys++;
    }
    return new;
}

void yaml_merge(struct yaml_tree *tree, struct yaml_frame *frame, const struct yaml_value *mapping)
{
    for (const struct yaml_value *member = mapping->first; member; member = member->next) {
        struct yaml_value copy = *member;

        copy.merged = true;
        if (!yaml_put_member(tree, frame, &copy))
            return;
    }
}
