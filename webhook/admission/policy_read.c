/* SPDX-License-Identifier: Apache-2.0 */
#include "admission/policy_value.h"
#include "core/nearest.h"

static const struct yaml_limits limits = {.size = POLICY_LARGEST, .values = 50000, .depth = 16};

/* --- objects
 * -------------------------------------------------------------------------------------- */

static bool read_object(const struct policy_reader *reader, const struct path *at,
                        const struct yaml_value *value, const struct policy_shape *shape,
                        char *base);

static bool read_objects(const struct policy_reader *reader, const struct path *at,
                         const struct yaml_value *value, const struct policy_shape *shape,
                         struct policy_list *ret)
{
    char *items = arena_array(reader->arena, value->count, shape->size);
    size_t index = 0;

    if (value->kind != YAML_SEQUENCE)
        return policy_not_so(reader, at, value, "a list of mappings");
    for (const struct yaml_value *each = value->first; each && items; each = each->next, index++)
        if (!read_object(reader, PATH_INDEX(at, index), each, shape, items + index * shape->size))
            return false;
    *ret = (struct policy_list){items, index};
    return true;
}

static bool read_field(const struct policy_reader *reader, const struct path *at,
                       const struct yaml_value *value, const struct policy_field *field, void *into)
{
    if (field->kind == POLICY_OBJECT)
        return read_object(reader, at, value, field->part, into);
    if (field->kind == POLICY_OBJECTS)
        return read_objects(reader, at, value, field->part, into);
    return policy_read_value(reader, at, value, field, into);
}

static const struct policy_field *find_field(const struct policy_shape *shape, const char *key)
{
    for (size_t i = 0; i < shape->count; i++)
        if (strcmp(shape->fields[i].name, key) == 0)
            return &shape->fields[i];
    return NULL;
}

static bool unknown_key(const struct policy_reader *reader, const struct path *at,
                        const struct yaml_value *value, const struct policy_shape *shape)
{
    struct nearest nearest = nearest_to(value->key);
    struct text known = text_new(reader->arena);

    for (size_t i = 0; i < shape->count; i++) {
        nearest_offer(&nearest, shape->fields[i].name);
        text_printf(&known, "%s%s", i ? ", " : "known are ", shape->fields[i].name);
    }
    if (nearest.best)
        return policy_wrong(reader, at, mark_of_key(value),
                            "unknown key \"%.40s\"; did you mean %s?", value->key, nearest.best);
    return policy_wrong(reader, at, mark_of_key(value), "unknown key \"%.40s\"; %s", value->key,
                        text_string(&known));
}

static bool read_members(const struct policy_reader *reader, const struct path *at,
                         const struct yaml_value *value, const struct policy_shape *shape,
                         char *base)
{
    for (const struct yaml_value *each = value->first; each; each = each->next) {
        const struct policy_field *field = find_field(shape, each->key);

        if (!field)
            return unknown_key(reader, at, each, shape);
        /* `limits:` with everything below it commented out. */
        if (each->kind == YAML_NULL && !field->required)
            continue;
        if (!read_field(reader, PATH_KEY(at, field->name), each, field, base + field->offset))
            return false;
    }
    return true;
}

static bool read_object(const struct policy_reader *reader, const struct path *at,
                        const struct yaml_value *value, const struct policy_shape *shape,
                        char *base)
{
    if (value->kind != YAML_MAPPING)
        return policy_not_so(reader, at, value, "a mapping: key: value");
    if (!read_members(reader, at, value, shape, base))
        return false;
    for (size_t i = 0; i < shape->count; i++)
        if (shape->fields[i].required && !yaml_member(value, shape->fields[i].name))
            return policy_wrong(reader, at, mark_of(value), "%s is missing: write %s: %s",
                                shape->fields[i].name, shape->fields[i].name,
                                shape->fields[i].example);
    return true;
}

static bool check_losses(const struct policy_reader *reader, const struct yaml_document *document)
{
    static const struct path root = {0};
    const struct yaml_loss *loss = document->losses;

    if (loss)
        return policy_wrong(reader, &root, (struct policy_mark){loss->line, loss->column},
                            "\"%.40s\" stands in line %u already; keep one of the two", loss->key,
                            loss->lost_line);
    if (document->ignored_line)
        return policy_wrong(reader, &root, (struct policy_mark){document->ignored_line, 1},
                            "a second document begins here; a policy is one");
    return true;
}

static const struct policy *read_document(const struct policy_reader *reader,
                                          const struct yaml_document *document)
{
    static const struct path root = {0};
    struct policy *policy = arena_alloc(reader->arena, sizeof *policy);

    if (!policy)
        return NULL;
    *policy = policy_default;
    if (!check_losses(reader, document) ||
        !read_object(reader, &root, document->root, &policy_shape, (char *)policy))
        return NULL;
    return arena_exhausted(reader->arena) ? NULL : policy;
}

const struct policy *policy_read(struct arena *arena, struct bytes text, struct problem *problem)
{
    enum { YAML_ARENA_LIMIT = 64 << 20 };
    /* The tree is not kept. */
    struct arena *scratch = arena_new(YAML_ARENA_LIMIT);
    const struct policy_reader reader = {arena, problem};
    const struct policy *policy = NULL;
    struct yaml_document document;
    enum yaml_status status = YAML_NO_MEMORY;

    if (scratch)
        status = yaml_read(scratch, text, &limits, &document, problem);
    if (status == YAML_OK)
        policy = read_document(&reader, &document);
    if (status == YAML_NO_MEMORY || arena_exhausted(arena))
        problem_set(problem, 0, 0, "no memory for it");
    arena_free(scratch);
    return policy;
}
