/* SPDX-License-Identifier: Apache-2.0 */
#include "admission/patch.h"

struct patch patch_new(struct arena *arena)
{
    return (struct patch){.arena = arena};
}

void patch_add(struct patch *patch, const struct path *path, struct bytes value, const char *label)
{
    struct patch_op *op = arena_alloc(patch->arena, sizeof *op);
    struct text pointer = text_new(patch->arena);

    if (!op)
        return;
    path_pointer(&pointer, path);
    *op = (struct patch_op){.pointer = text_string(&pointer), .value = value, .label = label};
    if (patch->last)
        *patch->last = op;
    else
        patch->first = op;
    patch->last = &op->next;
    patch->count++;
}

void patch_remove(struct patch *patch, const struct path *path, const char *label)
{
    patch_add(patch, path, (struct bytes){0}, label);
}

static void write_op(struct text *out, const struct patch_op *op)
{
    text_puts(out, op->value.size ? "{\"op\":\"add\",\"path\":" : "{\"op\":\"remove\",\"path\":");
    text_json(out, op->pointer);
    if (op->value.size) {
        text_puts(out, ",\"value\":");
        text_put(out, op->value);
    }
    text_putc(out, '}');
}

void patch_write(struct text *out, const struct patch *patch)
{
    text_putc(out, '[');
    for (const struct patch_op *op = patch->first; op; op = op->next) {
        if (op != patch->first)
            text_putc(out, ',');
        write_op(out, op);
    }
    text_putc(out, ']');
}
