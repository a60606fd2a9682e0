/* SPDX-License-Identifier: Apache-2.0 */
/* The walk over the config: rows say what, this says how. */
#include "ray/schema/table.h"

#include <math.h>

uint64_t ray_release_set(struct ray_release release)
{
    if (release.major != 2 || release.minor < RAY_OLDEST - 200 || release.minor > RAY_NEWEST - 200)
        return 0;
    return RAY_RELEASE_BIT(200 + release.minor);
}

struct path ray_path_to(const struct path *up, const struct yaml_value *value, size_t index)
{
    struct path path = value->key ? path_child_key(up, value->key) : path_child_index(up, index);
    bool scalar = value->kind != YAML_MAPPING && value->kind != YAML_SEQUENCE;

    if (value->key_line && !scalar) {
        path.line = value->key_line;
        path.column = value->key_column;
    } else if (value->line) {
        path.line = value->line;
        path.column = value->column;
    }
    return path;
}

static bool in_range(const struct ray_range *range, double number)
{
    if (isnan(number))
        return !range->ends || range->ends & RAY_NAN;
    if (range->ends & RAY_FINITE && isinf(number))
        return false;
    if (range->ends & RAY_MIN && number < range->min)
        return false;
    if (range->ends & RAY_ABOVE && number <= range->min)
        return false;
    return !(range->ends & RAY_MAX) || number <= range->max;
}

static bool is_choice(const struct ray_shape *shape, const struct yaml_value *value)
{
    for (const char *const *choice = shape->choices; *choice; choice++)
        if (yaml_is(value, *choice))
            return true;
    return false;
}

/* The releases in which a scalar has the shape's type; *number: what its range is about. */
static uint64_t scalar_fits(struct arena *arena, const struct ray_shape *shape,
                            const struct yaml_value *value, double *number)
{
    struct ray_number read = {0};
    bool truth;

    switch (shape->kind) {
    case RAY_TEXT:
        return value->kind == YAML_STRING ? ray_releases(0, 0)
                                          : ray_read_text(arena, value).releases;
    case RAY_BOOLEAN:
        return ray_read_boolean(value, &truth);
    case RAY_CHOICE:
        return is_choice(shape, value) ? ray_releases(0, 0) : 0;
    case RAY_STRICT_INTEGER:
        *number = value->number;
        return ray_is_integer(value) ? ray_releases(0, 0) : 0;
    case RAY_INTEGER:
        read = ray_read_integer(arena, value);
        break;
    case RAY_NUMBER:
        read = ray_read_number(arena, value);
        break;
    case RAY_ANY:
    case RAY_MAPPING:
    case RAY_OBJECT:
    case RAY_LIST:
        break;
    }
    *number = read.number;
    return read.releases;
}

static void report_shape(struct ray_check *check, const struct ray_shape *shape,
                         const struct yaml_value *value, const struct path *at, uint64_t releases)
{
    if (releases)
        ray_fault(check, check->stage, releases, at, ray_advice(check->arena, shape, value),
                  "wants %s, not %s", ray_wants(check->arena, shape),
                  ray_says(check->arena, value));
}

/* `1.10` where text is wanted: pydantic v1 makes text of the number, "1.1". */
static void note_text(struct ray_check *check, const struct yaml_value *value,
                      const struct path *at, uint64_t releases)
{
    struct ray_words words = ray_read_text(check->arena, value);
    bool same = words.text.size == value->text.size &&
                memcmp(words.text.data, value->text.data, words.text.size) == 0;

    if (!value->plain || same)
        return;
    ray_fault(check, RAY_STAGE_SURPRISE, releases & words.releases, at,
              ray_advice(check->arena, &ray_text, value),
              "gets the text %.*s here: YAML reads %.*s as %s", (int)words.text.size,
              words.text.data, (int)value->text.size, value->text.data,
              ray_says(check->arena, value));
}

static uint64_t check_scalar(struct ray_check *check, const struct ray_shape *shape,
                             const struct yaml_value *value, const struct path *at,
                             uint64_t releases)
{
    double number = 0;
    uint64_t fits = scalar_fits(check->arena, shape, value, &number), wrong = releases & ~fits;

    if (!in_range(&shape->range, number))
        wrong = releases;
    report_shape(check, shape, value, at, wrong);
    if (shape->kind == RAY_TEXT && value->kind != YAML_STRING && releases & ~wrong)
        note_text(check, value, at, releases & ~wrong);
    return wrong;
}

static uint64_t check_items(const struct ray_frame *frame, const struct ray_shape *shape,
                            const struct yaml_value *container, const struct path *at,
                            uint64_t releases)
{
    uint64_t wrong = 0;
    size_t index = 0;

    if (!shape->items || !releases)
        return 0;
    for (const struct yaml_value *item = container->first; item; item = item->next) {
        struct path place = ray_path_to(at, item, index++);

        wrong |= ray_check_value(frame, shape->items, item, &place, releases);
    }
    return wrong;
}

static uint64_t check_list(const struct ray_frame *frame, const struct ray_shape *shape,
                           const struct yaml_value *value, const struct path *at, uint64_t releases)
{
    if (value->kind == YAML_SEQUENCE)
        return check_items(frame, shape, value, at, releases);
    report_shape(frame->check, shape, value, at, releases);
    return releases;
}

/* An object or a mapping: pydantic v1 also took what dict() takes. */
static uint64_t check_mapping(const struct ray_frame *frame, const struct ray_shape *shape,
                              const struct yaml_value *value, const struct path *at,
                              uint64_t releases)
{
    struct ray_check *check = frame->check;
    const struct yaml_value *mapping = ray_read_mapping(check->arena, value);
    uint64_t fits = value->kind == YAML_MAPPING ? releases
                    : mapping                   ? releases & ray_pydantic_1()
                                                : 0;
    uint64_t wrong = releases & ~fits;

    report_shape(check, shape, value, at, wrong);
    if (!fits)
        return wrong;
    if (shape->kind == RAY_MAPPING)
        return wrong | check_items(frame, shape, mapping, at, fits);
    return wrong | ray_check_object(check, frame, shape->object, mapping, at, fits);
}

uint64_t ray_check_value(const struct ray_frame *frame, const struct ray_shape *shape,
                         const struct yaml_value *value, const struct path *at, uint64_t releases)
{
    switch (shape->kind) {
    case RAY_ANY:
        return 0;
    case RAY_LIST:
        return check_list(frame, shape, value, at, releases);
    case RAY_MAPPING:
    case RAY_OBJECT:
        return check_mapping(frame, shape, value, at, releases);
    case RAY_TEXT:
    case RAY_INTEGER:
    case RAY_STRICT_INTEGER:
    case RAY_NUMBER:
    case RAY_BOOLEAN:
    case RAY_CHOICE:
        break;
    }
    return check_scalar(frame->check, shape, value, at, releases);
}

/* strcmp(), which most names leave at the first letter. */
static int compare_names(const char *a, const char *b)
{
    int order = (unsigned char)*a - (unsigned char)*b;

    return order ? order : strcmp(a, b);
}

/* The first row of that name; count if there is none. */
static size_t find_field(const struct ray_object *object, const char *name)
{
    size_t low = 0, high = object->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare_names(object->fields[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < object->count && compare_names(object->fields[low].name, name) == 0)
        return low;
    return object->count;
}

static void note_deprecated(struct ray_check *check, const struct ray_field *field,
                            const struct path *at, uint64_t releases)
{
    uint64_t old = releases & ray_releases(field->deprecated, 0);

    if (!field->deprecated || !old)
        return;
    ray_fault(check, RAY_STAGE_DEPRECATED, old, at,
              field->instead ? arena_printf(check->arena, "write %s instead", field->instead)
                             : "leave it out",
              "still reads %s, but it is deprecated", field->name);
}

static uint64_t check_field(struct ray_frame *frame, const struct ray_field *field,
                            const struct yaml_value *value, const struct path *at,
                            uint64_t releases)
{
    struct ray_place place = {frame, value, at, releases};
    uint64_t wrong = 0;

    if (value->kind == YAML_NULL && field->flags & RAY_NULLABLE)
        return 0;
    wrong = ray_check_value(frame, field->shape, value, at, releases);
    place.releases &= ~wrong;
    if (field->rule && place.releases)
        wrong |= field->rule(frame->check, &place);
    note_deprecated(frame->check, field, at, releases & ~wrong);
    return wrong;
}

static void check_unknown(struct ray_frame *frame, const struct yaml_value *value,
                          const struct path *at, uint64_t releases, const char *instead)
{
    if (!releases)
        return;
    if (!frame->object->strict) {
        ray_fault_ignored(frame, value, releases, instead);
        return;
    }
    ray_fault(frame->check, frame->check->stage, releases, at, "leave it out",
              "knows no %s in %s and refuses keys it does not know there",
              ray_says(frame->check->arena,
                       &(struct yaml_value){.kind = YAML_STRING, .text = bytes_of(value->key)}),
              frame->object->name);
    frame->wrong |= releases;
}

static void check_member(struct ray_frame *frame, const struct yaml_value *value)
{
    const struct ray_object *object = frame->object;
    struct path at = ray_path_to(frame->at, value, 0);
    size_t row = find_field(object, value->key);
    const char *instead = row < object->count ? object->fields[row].instead : NULL;
    uint64_t unknown = frame->releases;

    for (; row < object->count && strcmp(object->fields[row].name, value->key) == 0; row++) {
        const struct ray_field *field = &object->fields[row];
        uint64_t releases = frame->releases & ray_releases(field->since, field->until);

        unknown &= ~releases;
        if (!releases)
            continue;
        frame->members[row] = value;
        frame->wrong_members[row] = check_field(frame, field, value, &at, releases);
        frame->wrong |= frame->wrong_members[row];
    }
    check_unknown(frame, value, &at, unknown, instead);
}

static void check_required(struct ray_frame *frame)
{
    const struct ray_object *object = frame->object;

    for (size_t row = 0; row < object->count; row++) {
        const struct ray_field *field = &object->fields[row];
        uint64_t releases;
        struct path at;

        if (!(field->flags & RAY_REQUIRED) || frame->members[row])
            continue;
        releases = frame->releases & ray_releases(field->since, field->until);
        if (!releases)
            continue;
        at = path_child_key(frame->at, field->name);
        ray_fault(frame->check, frame->check->stage, releases, &at,
                  arena_printf(frame->check->arena, "add %s", field->name), "wants %s in %s",
                  field->name, object->name);
        frame->wrong_members[row] = releases;
        frame->wrong |= releases;
    }
}

uint64_t ray_check_object(struct ray_check *check, const struct ray_frame *up,
                          const struct ray_object *object, const struct yaml_value *value,
                          const struct path *at, uint64_t releases)
{
    struct ray_frame frame = {
        .check = check, .object = object, .up = up, .value = value, .at = at, .releases = releases};
    enum ray_stage outer = check->stage;

    if (object->deploys)
        check->stage = RAY_STAGE_DEPLOY;
    for (const struct yaml_value *member = value->first; member; member = member->next)
        check_member(&frame, member);
    check_required(&frame);
    for (void (*const *rule)(struct ray_frame *) = object->rules; rule && *rule; rule++)
        (*rule)(&frame);
    check->stage = outer;
    /* What fails at deploy is wrong later, and leaves the field right for the schema. */
    return object->deploys && outer != RAY_STAGE_DEPLOY ? 0 : frame.wrong;
}

struct ray_member ray_frame_member(const struct ray_frame *frame, const char *name)
{
    size_t row = find_field(frame->object, name);
    struct ray_member member = {.at = path_child_key(frame->at, name)};

    for (; row < frame->object->count && strcmp(frame->object->fields[row].name, name) == 0;
         row++) {
        const struct ray_field *field = &frame->object->fields[row];

        if (!frame->members[row])
            continue;
        member.value = frame->members[row];
        member.at = ray_path_to(frame->at, member.value, 0);
        member.releases |=
            frame->releases & ray_releases(field->since, field->until) & ~frame->wrong_members[row];
    }
    if (member.value && member.value->kind == YAML_NULL)
        member.releases = 0;
    return member;
}

static void forget_all(struct ray_faults *faults)
{
    *faults = (struct ray_faults){0};
    for (size_t stage = 0; stage < RAY_STAGES; stage++)
        faults->of[stage].last = &faults->of[stage].first;
}

bool ray_schema_check(struct arena *arena, const struct yaml_value *root, const struct path *at,
                      struct ray_faults *ret)
{
    static const struct yaml_value empty = {.kind = YAML_MAPPING};
    struct ray_check check = {.arena = arena, .faults = ret, .base = at};

    forget_all(ret);
    ray_check_object(&check, NULL, &ray_config_object,
                     root && root->kind == YAML_MAPPING ? root : &empty, at, ray_releases(0, 0));
    return !arena_exhausted(arena);
}

bool serve_config_check(struct arena *arena, const struct serve_config *config,
                        struct ray_faults *ret)
{
    if (config->state == SERVE_READ || config->state == SERVE_EMPTY)
        return ray_schema_check(arena, config->document.root, &config->at, ret);
    forget_all(ret);
    return true;
}
