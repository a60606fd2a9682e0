/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/locate.h"

#include "cli/field.h"
#include "cli/scalar.h"
#include "core/json.h"

/* What the field names, or the nearest thing around it. */
struct target {
    size_t offset; /* of the value in the manifest's text */
    bool whole;    /* the field itself was found */
    struct place place;
    struct bytes text; /* of a string: what it means */
};

static struct place place_at(const struct manifest *manifest, size_t offset)
{
    struct place place = {manifest->first_line, 1};

    for (size_t i = 0; i < offset && i < manifest->text.size; i++) {
        place.column++;
        if (manifest->text.data[i] == '\n')
            place = (struct place){place.line + 1, 1};
    }
    return place;
}

static size_t offset_at(struct bytes text, unsigned line, unsigned column)
{
    size_t at = 0;

    for (; line > 1; line--) {
        const char *next = memchr(text.data + at, '\n', text.size - at);

        if (!next)
            return text.size;
        at = (size_t)(next - text.data) + 1;
    }
    return at + column - 1;
}

static const struct yaml_value *yaml_child(const struct yaml_value *value, const struct path *step)
{
    size_t index = step->index;

    if (step->step == PATH_STEP_KEY)
        return yaml_member(value, step->key);
    if (value->kind != YAML_SEQUENCE)
        return NULL;
    for (value = value->first; value && index; index--)
        value = value->next;
    return value;
}

static bool is_collection(const struct yaml_value *value)
{
    return value->kind == YAML_MAPPING || value->kind == YAML_SEQUENCE;
}

static struct target locate_yaml(struct arena *arena, const struct manifest *manifest,
                                 const char *field)
{
    const struct yaml_value *value = manifest->yaml, *child;
    static const struct path root;
    struct path step;
    bool whole = true, at_key;

    while (whole && field_step(arena, &field, &root, &step)) {
        child = yaml_child(value, &step);
        whole = child != NULL;
        if (child)
            value = child;
    }
    at_key = value->key && (!whole || is_collection(value));
    return (struct target){
        .offset = offset_at(manifest->text, value->line, value->column),
        .whole = whole,
        .place = {manifest->first_line - 1 + (at_key ? value->key_line : value->line),
                  at_key ? value->key_column : value->column},
        .text = value->kind == YAML_STRING ? value->text : (struct bytes){0},
    };
}

static struct bytes json_text(struct arena *arena, struct bytes raw)
{
    static const struct json_limits one_string = {.depth = 1, .values = 1};
    const struct json *value;
    struct problem problem;

    if (!raw.size || *raw.data != '"' ||
        json_parse(arena, raw, &one_string, &value, &problem) != JSON_OK)
        return (struct bytes){0};
    return bytes_of(json_string(value));
}

static struct target locate_json(struct arena *arena, const struct manifest *manifest,
                                 const char *field)
{
    static const struct path root;
    struct bytes value = manifest->json, child = value;
    struct path step;
    size_t offset;

    while (child.size && field_step(arena, &field, &root, &step)) {
        child = json_raw(value, &step);
        value = child.size ? child : value;
    }
    offset = (size_t)(value.data - manifest->text.data);
    return (struct target){
        .offset = offset,
        .whole = child.size > 0,
        .place = place_at(manifest, offset),
        .text = json_text(arena, value),
    };
}

struct place locate(struct arena *arena, const struct manifest *manifest,
                    const struct finding *finding)
{
    struct target target =
        (manifest->yaml ? locate_yaml : locate_json)(arena, manifest, finding->field);
    size_t offset;

    if (!target.whole || !target.text.data || !finding->line)
        return target.place;
    if (!scalar_place(manifest->text, target.offset, target.text, finding->line, finding->column,
                      &offset))
        return target.place;
    return place_at(manifest, offset);
}
