/* SPDX-License-Identifier: Apache-2.0 */
/* One walk over the text, however many operations there are. */
#include "cli/manifest/apply.h"

#include "cli/manifest/pointer.h"
#include "core/json.h"

static const struct path root;

/* config/crd/bases/ray.io_rayservices.yaml, workerGroupSpecs.items, in every KubeRay from 1.1 on.
 */
static const struct {
    const char *key, *value;
} group_defaults[] = {
    {"replicas", "0"},
    {"minReplicas", "0"},
    {"maxReplicas", "2147483647"},
    {"numOfHosts", "1"},
};

static void add_group_defaults(struct patch *patch, const struct path *at, struct bytes group)
{
    for (size_t i = 0; i < sizeof group_defaults / sizeof *group_defaults; i++) {
        const char *key = group_defaults[i].key;
        struct bytes old = json_raw(group, PATH_KEY(&root, key));

        if (!old.size || bytes_are(old, "null"))
            patch_add(patch, PATH_KEY(at, key), bytes_of(group_defaults[i].value), "");
    }
}

struct bytes apply_defaults(struct arena *arena, struct bytes object)
{
    const struct path *cluster = PATH_KEY(PATH_KEY(&root, "spec"), "rayClusterConfig");
    const struct path *groups_at = PATH_KEY(cluster, "workerGroupSpecs");
    struct bytes groups = json_raw(object, groups_at);
    struct patch patch = patch_new(arena);
    struct json_raw_entry group = {0};

    if (!groups.size || *groups.data != '[')
        return object;
    for (size_t i = 0; json_raw_next(groups, &group); i++) {
        if (*group.value.data == '{')
            add_group_defaults(&patch, PATH_INDEX(groups_at, i), group.value);
    }
    return apply_patch(arena, object, &patch, &object) ? object : (struct bytes){0};
}

/* An operation, seen from a value on its pointer's way. */
struct edit {
    struct edit *next;
    const char *pointer; /* from here: "" is this value */
    struct bytes value;
    bool done;
};

struct walk {
    struct arena *arena;
    struct text out;
    bool lost; /* an operation has no parent */
};

/* What follows a key or index in an RFC 6901 pointer; NULL if it begins with another. */
static const char *behind_step(const char *pointer, const char *name)
{
    for (pointer++; *name; name++, pointer++) {
        char c = *pointer;

        if (c == '~')
            c = *++pointer == '1' ? '/' : '~';
        if (c != *name)
            return NULL;
    }
    return *pointer && *pointer != '/' ? NULL : pointer;
}

/* The operations that go through a step, seen from there. One that ends there replaces the value,
 * and what the ones before it did. */
static struct edit *edits_below(struct walk *walk, struct edit *edits, const char *name,
                                struct bytes *value)
{
    struct edit *first = NULL, **last = &first;

    for (; edits; edits = edits->next) {
        const char *rest = behind_step(edits->pointer, name);
        struct edit *below = rest && *rest ? arena_alloc(walk->arena, sizeof *below) : NULL;

        edits->done = edits->done || rest;
        if (rest && !*rest) {
            *value = edits->value;
            first = NULL;
            last = &first;
        }
        if (!below)
            continue;
        *below = (struct edit){.pointer = rest, .value = edits->value};
        *last = below;
        last = &below->next;
    }
    return first;
}

static void put_value(struct walk *walk, struct bytes value, struct edit *edits);

/* NULL if the pointer has more than one step. */
static const char *only_step(struct arena *arena, const char *pointer)
{
    const char *step = pointer_step(arena, &pointer);

    return *pointer ? NULL : step;
}

static void put_new_members(struct walk *walk, struct edit *edits, bool first)
{
    for (; edits; edits = edits->next) {
        const char *key = edits->done ? NULL : only_step(walk->arena, edits->pointer);
        struct bytes value = edits->value;

        walk->lost = walk->lost || (!edits->done && !key);
        if (!key)
            continue;
        text_puts(&walk->out, first ? "" : ",");
        text_json_key(&walk->out, key);
        put_value(walk, value, edits_below(walk, edits, key, &value));
        first = false;
    }
}

/* What a pointer calls the entry: its key or its index. */
static const char *entry_name(struct walk *walk, const struct json_raw_entry *entry, size_t index)
{
    static const struct json_limits one_string = {.depth = 1, .values = 1};
    const struct json *key;
    struct problem problem;

    if (!entry->key.size)
        return arena_printf(walk->arena, "%zu", index);
    if (json_parse(walk->arena, entry->key, &one_string, &key, &problem) != JSON_OK)
        return "";
    return json_string(key);
}

static void put_until(struct walk *walk, const char **done, const char *end)
{
    text_put(&walk->out, (struct bytes){*done, (size_t)(end - *done)});
    *done = end;
}

static void put_container(struct walk *walk, struct bytes container, struct edit *edits)
{
    struct json_raw_entry entry = {0};
    const char *done = container.data;
    size_t count = 0;

    for (; json_raw_next(container, &entry); count++) {
        struct bytes value = entry.value;
        struct edit *below = edits_below(walk, edits, entry_name(walk, &entry, count), &value);

        put_until(walk, &done, entry.value.data);
        put_value(walk, value, below);
        done = entry.value.data + entry.value.size;
    }
    if (count == 0)
        put_until(walk, &done, container.data + 1);
    if (*container.data == '{')
        put_new_members(walk, edits, count == 0);
    for (; edits && *container.data == '['; edits = edits->next)
        walk->lost = walk->lost || !edits->done;
    put_until(walk, &done, container.data + container.size);
}

static void put_value(struct walk *walk, struct bytes value, struct edit *edits)
{
    if (!edits)
        text_put(&walk->out, value);
    else if (*value.data == '{' || *value.data == '[')
        put_container(walk, value, edits);
    else
        walk->lost = true;
}

bool apply_patch(struct arena *arena, struct bytes object, const struct patch *patch,
                 struct bytes *ret)
{
    struct walk walk = {.arena = arena, .out = text_new(arena)};
    struct edit *first = NULL, **last = &first;

    for (const struct patch_op *op = patch->first; op; op = op->next) {
        struct edit *edit = arena_alloc(arena, sizeof *edit);

        if (!edit || *op->pointer != '/' || !op->value.size) /* nothing is removed on CREATE */
            return false;
        *edit = (struct edit){.pointer = op->pointer, .value = op->value};
        *last = edit;
        last = &edit->next;
    }
    put_value(&walk, object, first);
    *ret = text_bytes(&walk.out);
    return !walk.lost && !arena_exhausted(arena);
}
