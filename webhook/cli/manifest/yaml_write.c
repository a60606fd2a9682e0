/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/manifest/yaml_write.h"

#include "core/wrap.h"
#include "core/yaml_resolve.h"

enum { STEP = 2 };

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Does it mean itself without quotes, to every reader of YAML? */
static bool speaks_for_itself(struct arena *arena, const char *string)
{
    struct yaml_resolved resolved;

    if (!is_letter(*string))
        return false;
    for (const char *at = string; *at; at++) {
        if (!is_letter(*at) && !(*at >= '0' && *at <= '9') && !strchr("-_./", *at))
            return false;
    }
    return !yaml_resolve(arena, NULL, true, bytes_of(string), &resolved) &&
           resolved.type == YAML_TYPE_STRING;
}

/* Text that holds double quotes is best read in single ones, which know no escapes. */
static bool wants_single_quotes(const char *string)
{
    if (!strpbrk(string, "\"\\"))
        return false;
    for (; *string; string++) {
        if (*string < ' ' || *string > '~' || *string == '\'')
            return false;
    }
    return true;
}

void yaml_write_string(struct text *out, const char *string)
{
    if (speaks_for_itself(out->arena, string))
        text_puts(out, string);
    else if (wants_single_quotes(string))
        text_puts(out, arena_printf(out->arena, "'%s'", string));
    else
        text_json(out, string);
}

void yaml_write_flow(struct text *out, const struct json *value)
{
    bool object = json_kind(value) == JSON_OBJECT;

    if (json_kind(value) == JSON_STRING) {
        yaml_write_string(out, json_string(value));
        return;
    }
    if (!object && json_kind(value) != JSON_ARRAY) {
        json_write(out, value);
        return;
    }
    text_putc(out, object ? '{' : '[');
    for (const struct json *each = json_first(value); each; each = json_next(each)) {
        text_puts(out, each == json_first(value) ? "" : ", ");
        if (object) {
            yaml_write_string(out, json_key(each));
            text_puts(out, ": ");
        }
        yaml_write_flow(out, each);
    }
    text_putc(out, object ? '}' : ']');
}

void yaml_write_member(struct text *out, const char *key, const struct json *value, size_t indent)
{
    bool object = json_kind(value) == JSON_OBJECT, array = json_kind(value) == JSON_ARRAY;

    yaml_write_string(out, key);
    text_putc(out, ':');
    if (!json_first(value)) {
        text_putc(out, ' ');
        yaml_write_flow(out, value);
    }
    for (const struct json *each = json_first(value); each; each = json_next(each)) {
        text_putc(out, '\n');
        wrap_fill(out, ' ', object ? indent + STEP : indent);
        if (object)
            yaml_write_member(out, json_key(each), each, indent + STEP);
        if (!array)
            continue;
        text_puts(out, "- ");
        yaml_write_flow(out, each);
    }
}
