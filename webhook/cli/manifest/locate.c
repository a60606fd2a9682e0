/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/manifest/locate.h"

#include "cli/manifest/field.h"
#include "cli/manifest/scalar.h"
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

/* YAML 1.1 breaks lines where editors do not: NEL, LS, PS, and a CR alone. */
static size_t break_size(const char *at, size_t left)
{
    static const char *const breaks[] = {"\r\n",     "\r",           "\n",
                                         "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"};

    for (size_t i = 0; i < sizeof breaks / sizeof *breaks; i++) {
        size_t size = strlen(breaks[i]);

        if (size <= left && memcmp(at, breaks[i], size) == 0)
            return size;
    }
    return 0;
}

size_t source_offset(struct bytes text, const struct yaml_value *value, bool at_key)
{
    unsigned line = at_key ? value->key_line : value->line;
    unsigned column = at_key ? value->key_column : value->column;
    size_t at = 0;

    while (line > 1 && at < text.size) {
        size_t size = break_size(text.data + at, text.size - at);

        line -= size > 0;
        at += size ? size : 1;
    }
    return at + column - 1;
}

static const struct yaml_value *yaml_child(const struct yaml_value *value, const struct path *step)
{
    return step->step == PATH_STEP_KEY ? yaml_member(value, step->key)
                                       : yaml_item(value, step->index);
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
        .offset = source_offset(manifest->text, value, false),
        .whole = whole,
        .place = place_at(manifest, source_offset(manifest->text, value, at_key)),
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
