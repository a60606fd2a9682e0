/* SPDX-License-Identifier: Apache-2.0 */
/* How shapes and values read in messages. */
#include "core/nearest.h"
#include "core/quantity.h"
#include "ray/schema/table.h"

enum {
    SHOWN = 24,        /* bytes of a text that a message shows */
    CHOICES_SHOWN = 8, /* of those a field may have */
};

static struct bytes shown(struct bytes text)
{
    size_t size = text.size <= SHOWN ? text.size : SHOWN;

    while (size < text.size && size > 0 && ((unsigned char)text.data[size] & 0xC0) == 0x80)
        size--;
    return (struct bytes){text.data, size};
}

const char *ray_says(struct arena *arena, const struct yaml_value *value)
{
    struct text out = text_new(arena);
    struct bytes text = shown(value->text);

    switch (value->kind) {
    case YAML_NULL:
        return "null";
    case YAML_SEQUENCE:
        return "a list";
    case YAML_MAPPING:
        return "an object";
    case YAML_STRING:
        text_json_bytes(&out, text);
        break;
    case YAML_BOOL:
        return value->boolean ? "true" : "false";
    case YAML_INTEGER:
    case YAML_FLOAT:
        text_printf(&out, "%.10g", value->number);
        break;
    }
    if (text.size < value->text.size)
        text_puts(&out, "…");
    return text_string(&out);
}

static void put_range(struct text *out, const struct ray_range *range)
{
    bool min = range->ends & RAY_MIN, max = range->ends & RAY_MAX;

    if (min && max)
        text_printf(out, " from %g to %g", range->min, range->max);
    else if (min)
        text_printf(out, " of %g or more", range->min);
    if (range->ends & RAY_ABOVE)
        text_printf(out, " above %g", range->min);
    if (max && !min)
        text_printf(out, " and at most %g", range->max);
}

static void put_choices(struct text *out, const char *const *choices)
{
    text_puts(out, "one of ");
    for (size_t i = 0; choices[i]; i++) {
        if (i == CHOICES_SHOWN) {
            text_puts(out, ", …");
            return;
        }
        text_printf(out, "%s%s", i ? ", " : "", choices[i]);
    }
}

const char *ray_wants(struct arena *arena, const struct ray_shape *shape)
{
    static const char *const names[] = {
        [RAY_ANY] = "a value",        [RAY_TEXT] = "text",
        [RAY_INTEGER] = "an integer", [RAY_STRICT_INTEGER] = "an integer",
        [RAY_NUMBER] = "a number",    [RAY_BOOLEAN] = "true or false",
        [RAY_MAPPING] = "an object",  [RAY_OBJECT] = "an object",
        [RAY_LIST] = "a list",
    };
    struct text out = text_new(arena);

    if (shape->kind == RAY_CHOICE) {
        put_choices(&out, shape->choices);
        return text_string(&out);
    }
    text_puts(&out, names[shape->kind]);
    put_range(&out, &shape->range);
    return text_string(&out);
}

/* `500m` and `1Gi` are Kubernetes' way to write numbers, not Ray's. */
static const char *advise_number(struct arena *arena, const struct yaml_value *value)
{
    int64_t parts;

    if (value->kind == YAML_STRING && quantity_ten_thousandths(value->text, &parts))
        return arena_printf(arena, "write %.15g", (double)parts / 10000);
    return "write a plain number";
}

static const char *advise_choice(struct arena *arena, const struct ray_shape *shape,
                                 const struct yaml_value *value)
{
    struct nearest nearest =
        nearest_to(value->kind == YAML_STRING ? arena_copy(arena, value->text) : "");

    for (const char *const *choice = shape->choices; *choice; choice++)
        nearest_offer(&nearest, *choice);
    if (nearest.best)
        return arena_printf(arena, "write %s", nearest.best);
    return arena_printf(arena, "write %s", ray_wants(arena, shape));
}

const char *ray_advice(struct arena *arena, const struct ray_shape *shape,
                       const struct yaml_value *value)
{
    bool typed =
        value->kind == YAML_BOOL || value->kind == YAML_INTEGER || value->kind == YAML_FLOAT;
    struct bytes text = shown(value->text);

    if (value->kind == YAML_NULL)
        return "give it a value, or remove the key";
    switch (shape->kind) {
    case RAY_TEXT:
        if (typed && text.size && text.size == value->text.size)
            return arena_printf(arena, "put it in quotes: \"%.*s\"", (int)text.size, text.data);
        return "write text";
    case RAY_INTEGER:
    case RAY_STRICT_INTEGER:
    case RAY_NUMBER:
        if (value->kind == YAML_STRING)
            return advise_number(arena, value);
        break;
    case RAY_CHOICE:
        return advise_choice(arena, shape, value);
    case RAY_MAPPING:
    case RAY_OBJECT:
        return "write keys and values below it";
    case RAY_LIST:
        return "begin each item with \"- \"";
    case RAY_ANY:
    case RAY_BOOLEAN:
        break;
    }
    return arena_printf(arena, "write %s", ray_wants(arena, shape));
}
