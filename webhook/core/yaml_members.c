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

/* Where a key goes: the member that has it, and its place in the index, if there is one. */
struct seat {
    struct yaml_value *old;
    void **place;
};

/* False without memory. */
static bool find_seat(struct yaml_tree *tree, struct yaml_frame *frame, const char *key,
                      struct seat *ret)
{
    *ret = (struct seat){NULL, NULL};
    if (!key)
        return true;
    if (frame->keys >= YAML_FEW) {
        if (frame->keys == YAML_FEW)
            build_index(tree, frame);
        ret->place = yaml_keys_place(&frame->index, tree->arena, key);
        ret->old = ret->place ? *ret->place : NULL;
        return ret->place != NULL;
    }
    for (size_t i = 0; i < frame->keys && !ret->old; i++) {
        if (strcmp(frame->few[i]->key, key) == 0)
            ret->old = frame->few[i];
    }
    return true;
}

static struct yaml_value *take_seat(struct yaml_tree *tree, struct yaml_frame *frame,
                                    const struct yaml_value *member, void **place)
{
    struct yaml_value *value = yaml_append(tree, frame);

    if (!value)
        return NULL;
    if (place)
        *place = value;
    else if (member->key)
        frame->few[frame->keys] = value;
    frame->keys += member->key != NULL;
    return value;
}

struct yaml_value *yaml_put_member(struct yaml_tree *tree, struct yaml_frame *frame,
                                   const struct yaml_value *member)
{
    const struct yaml_value *next;
    struct yaml_value *value;
    struct seat seat;

    if (!find_seat(tree, frame, member->key, &seat))
        return NULL;
    if (seat.old && !seat.old->merged)
        add_loss(tree, seat.old, member);
    next = seat.old ? seat.old->next : NULL;
    value = seat.old ? seat.old : take_seat(tree, frame, member, seat.place);
    if (!value)
        return NULL;
    *value = *member;
    value->next = next;
    return value;
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
