/* SPDX-License-Identifier: Apache-2.0 */
#include "core/path.h"

static struct path child(const struct path *up, enum path_step step)
{
    return (struct path){.parent = up, .step = step, .line = up->line, .column = up->column};
}

struct path path_child_key(const struct path *up, const char *key)
{
    struct path path = child(up, PATH_STEP_KEY);

    path.key = key;
    return path;
}

struct path path_child_index(const struct path *up, size_t index)
{
    struct path path = child(up, PATH_STEP_INDEX);

    path.index = index;
    return path;
}

struct path path_child_text(const struct path *up)
{
    return child(up, PATH_STEP_TEXT);
}

const struct path *path_keep(struct arena *arena, struct path path)
{
    struct path *copy = arena_take(arena, sizeof *copy);

    if (copy)
        *copy = path;
    return copy;
}

const struct path *path_copy(struct arena *arena, const struct path *path)
{
    struct path copy;

    if (!path)
        return NULL;
    copy = *path;
    copy.parent = path_copy(arena, path->parent);
    return path_keep(arena, copy);
}

static bool is_root(const struct path *path)
{
    return path->step == PATH_STEP_KEY && !path->key;
}

static bool plain_key(const char *key)
{
    return *key && !key[strcspn(key, ".[]\"/ :")];
}

static void put_key(struct text *out, const struct path *path)
{
    bool first = !path->parent || is_root(path->parent) || path->parent->step == PATH_STEP_TEXT;

    if (!plain_key(path->key)) {
        text_putc(out, '[');
        text_json(out, path->key);
        text_putc(out, ']');
        return;
    }
    if (!first)
        text_putc(out, '.');
    text_puts(out, path->key);
}

static void put_index(struct text *out, size_t index)
{
    text_putc(out, '[');
    text_number(out, index);
    text_putc(out, ']');
}

void path_field(struct text *out, const struct path *path)
{
    if (!path || is_root(path))
        return;
    path_field(out, path->parent);
    if (path->step == PATH_STEP_TEXT)
        text_put(out, BYTES(": "));
    else if (path->step == PATH_STEP_INDEX)
        put_index(out, path->index);
    else
        put_key(out, path);
}

static void put_pointer_key(struct text *out, const char *key)
{
    for (; *key; key++) {
        if (*key == '~')
            text_put(out, BYTES("~0"));
        else if (*key == '/')
            text_put(out, BYTES("~1"));
        else
            text_putc(out, *key);
    }
}

void path_pointer(struct text *out, const struct path *path)
{
    if (!path || is_root(path))
        return;
    path_pointer(out, path->parent);
    if (path->step == PATH_STEP_TEXT)
        return;
    text_putc(out, '/');
    if (path->step == PATH_STEP_INDEX)
        text_number(out, path->index);
    else
        put_pointer_key(out, path->key);
}
