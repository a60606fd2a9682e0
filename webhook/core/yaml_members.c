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

static void build_index(struct yaml_tree *tree, struct yaml_frame *frame)
{
    frame->index = (struct yaml_keys){NULL};
    for (size_t i = 0; i < YAML_FEW; i++) {
        void **place = yaml_keys_place(&frame->index, tree->arena, frame->few[i]->key);

        if (place)
            *place = frame->few[i];
    }
}

struct yaml_value *yaml_put_member(struct yaml_tree *tree, struct yaml_frame *frame,
                                   const struct yaml_value *member)
{
    struct yaml_value *old = NULL;
    const struct yaml_value *next;
    void **place = NULL;

    if (member->key && frame->keys >= YAML_FEW) {
        if (frame->keys == YAML_FEW)
            build_index(tree, frame);
        place = yaml_keys_place(&frame->index, tree->arena, member->key);
        if (!place)
            return NULL;
        old = *place;
    }
    for (size_t i = 0; member->key && !place && !old && i < frame->keys; i++)
        if (strcmp(frame->few[i]->key, member->key) == 0)
            old = frame->few[i];
    if (old) {
        if (!old->merged)
            add_loss(tree, old, member);
        next = old->next;
    } else {
        old = yaml_append(tree, frame);
        next = NULL;
        if (!old)
            return NULL;
        if (place)
            *place = old;
        else if (member->key)
            frame->few[frame->keys] = old;
        frame->keys += member->key != NULL;
    }
    *old = *member;
    old->next = next;
    return old;
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
