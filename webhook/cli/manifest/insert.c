/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/manifest/insert.h"

#include "cli/line_bounds.h"
#include "cli/manifest/locate.h"
#include "cli/manifest/pointer.h"
#include "cli/manifest/yaml_write.h"

#include <stdlib.h>

static const struct json_limits limits = {.depth = 64, .values = 10000};

/* What is to become a member, and of what. */
struct target {
    struct bytes text; /* of the document */
    const struct yaml_value *parent;
    const char *key;
    const struct json *value;
};

static const struct yaml_value *child_of(const struct yaml_value *value, const char *step)
{
    unsigned long index = strtoul(step, NULL, 10);

    if (value->kind == YAML_MAPPING)
        return yaml_member(value, step);
    if (value->kind != YAML_SEQUENCE)
        return NULL;
    for (value = value->first; value && index; index--)
        value = value->next;
    return value;
}

static bool find_target(struct arena *arena, const struct manifest *manifest,
                        const struct patch_op *op, struct target *ret)
{
    const char *pointer = op->pointer;
    struct problem problem;

    *ret = (struct target){.text = manifest->text, .parent = manifest->yaml};
    for (ret->key = pointer_step(arena, &pointer); ret->parent && *pointer;
         ret->key = pointer_step(arena, &pointer))
        ret->parent = child_of(ret->parent, ret->key);
    return ret->parent && (ret->parent->kind == YAML_MAPPING) &&
           json_parse(arena, op->value, &limits, &ret->value, &problem) == JSON_OK;
}

static char at_or_nul(struct bytes text, size_t at)
{
    return at < text.size ? text.data[at] : '\0';
}

static size_t behind_blanks(struct bytes text, size_t at)
{
    while (at < text.size && strchr(" \t\r\n", text.data[at]))
        at++;
    return at;
}

/* --- instead of a value ----------------------------------------------------------------------- */

/* Behind the closing quote; '' and \" do not close. */
static size_t quoted_size(struct bytes text, size_t at)
{
    char quote = at_or_nul(text, at);
    size_t end = at + 1;

    for (; end < text.size; end++) {
        bool escape = text.data[end] == '\\' && quote == '"';

        if (escape || (text.data[end] == quote && at_or_nul(text, end + 1) == quote))
            end++;
        else if (text.data[end] == quote)
            break;
    }
    return end + 1 - at;
}

/* Of a scalar in one piece, and of braces or brackets around nothing. */
static size_t value_size(struct bytes text, size_t at, const struct yaml_value *value)
{
    char first = at_or_nul(text, at);

    if (value->first)
        return 0;
    if (first == '{' || first == '[')
        return behind_blanks(text, at + 1) + 1 - at;
    return first == '"' || first == '\'' ? quoted_size(text, at) : value->text.size;
}

static bool replace(struct arena *arena, const struct target *target,
                    const struct yaml_value *value, struct edit *ret)
{
    size_t at = place_offset(target->text, (struct place){value->line, value->column});
    bool nothing = value->kind == YAML_NULL && !value->text.size;
    struct text put = text_new(arena);

    text_puts(&put, nothing ? " " : "");
    yaml_write_flow(&put, target->value);
    *ret = (struct edit){.at = at, .removed = value_size(target->text, at, value)};
    ret->put = text_bytes(&put);
    return nothing || ret->removed;
}

/* --- into braces ------------------------------------------------------------------------------ */

static bool put_into_braces(struct arena *arena, const struct target *target, size_t brace,
                            struct edit *ret)
{
    bool empty = at_or_nul(target->text, behind_blanks(target->text, brace + 1)) == '}';
    struct text put = text_new(arena);

    yaml_write_string(&put, target->key);
    text_puts(&put, ": ");
    yaml_write_flow(&put, target->value);
    text_puts(&put, empty ? "" : ", ");
    *ret = (struct edit){.at = brace + 1, .put = text_bytes(&put)};
    return true;
}

/* --- between lines ---------------------------------------------------------------------------- */

/* The member whose key is nearest to the start or the end. One that came through `<<` is elsewhere.
 */
static const struct yaml_value *outer_member(const struct yaml_value *mapping, bool last)
{
    const struct yaml_value *found = NULL;

    for (const struct yaml_value *each = mapping->first; each; each = each->next) {
        if (!each->merged && (!found || (each->key_line > found->key_line) == last))
            found = each;
    }
    return found;
}

/* Does a line below a key that is indented so far belong to its value? */
static bool belongs(struct bytes line, size_t indent)
{
    size_t blanks = 0;

    while (at_or_nul(line, blanks) == ' ')
        blanks++;
    if (blanks > indent)
        return true;
    return blanks == indent && at_or_nul(line, blanks) == '-' &&
           strchr(" \r\n", at_or_nul(line, blanks + 1));
}

static bool is_blank_line(struct bytes line)
{
    return behind_blanks(line, 0) == line.size;
}

/* Behind the last line of the member's value that is not blank. */
static size_t member_end(struct bytes text, size_t key, size_t indent)
{
    size_t end = line_end(text, key), at = end;

    while (at < text.size) {
        size_t next = line_end(text, at);
        struct bytes line = {text.data + at, next - at};
        bool blank = is_blank_line(line);

        if (!blank && !belongs(line, indent))
            break;
        end = blank ? end : next;
        at = next;
    }
    return end;
}

static void put_blanks(struct text *put, size_t count)
{
    for (size_t i = 0; i < count; i++)
        text_putc(put, ' ');
}

static bool put_between_lines(struct arena *arena, const struct target *target, enum insert_way way,
                              struct edit *ret)
{
    const struct yaml_value *member = outer_member(target->parent, way == INSERT_LAST);
    struct text put = text_new(arena);
    size_t key, indent;

    if (!member || !member->key_column)
        return false;
    key = place_offset(target->text, (struct place){member->key_line, member->key_column});
    indent = member->key_column - 1;
    *ret = (struct edit){.at = way == INSERT_LAST ? member_end(target->text, key, indent) : key};
    if (way == INSERT_LAST) {
        /* The last line of a text may have no end. */
        text_puts(&put, at_or_nul(target->text, ret->at - 1) == '\n' ? "" : "\n");
        put_blanks(&put, indent);
    }
    yaml_write_member(&put, target->key, target->value, indent);
    if (way == INSERT_FIRST || at_or_nul(target->text, ret->at - 1) == '\n')
        text_putc(&put, '\n');
    if (way == INSERT_FIRST)
        put_blanks(&put, indent);
    ret->put = text_bytes(&put);
    return true;
}

/* ---------------------------------------------------------------------------------------------- */

/* Behind an anchor and a tag. */
static size_t behind_properties(struct bytes text, size_t at)
{
    while (at_or_nul(text, at) == '&' || at_or_nul(text, at) == '!') {
        while (at < text.size && !strchr(" \t\r\n", text.data[at]))
            at++;
        at = behind_blanks(text, at);
    }
    return at;
}

/* Where the lines end as Windows has it, so do ours. */
static struct bytes with_breaks_of(struct arena *arena, struct bytes text, struct bytes put)
{
    size_t end = line_end(text, 0);
    struct text out = text_new(arena);

    if (end < 2 || text.data[end - 2] != '\r')
        return put;
    for (size_t i = 0; i < put.size; i++) {
        text_puts(&out, put.data[i] == '\n' ? "\r" : "");
        text_putc(&out, put.data[i]);
    }
    return text_bytes(&out);
}

bool insert_op(struct arena *arena, const struct manifest *manifest, const struct patch_op *op,
               enum insert_way way, struct edit *ret)
{
    struct target target;
    const struct yaml_value *old;
    size_t at;
    bool good;

    if (!find_target(arena, manifest, op, &target))
        return false;
    old = yaml_member(target.parent, target.key);
    at = place_offset(target.text, (struct place){target.parent->line, target.parent->column});
    at = behind_properties(target.text, at);
    if (old)
        good = replace(arena, &target, old, ret);
    else if (at_or_nul(target.text, at) == '{')
        good = put_into_braces(arena, &target, at, ret);
    else
        good = put_between_lines(arena, &target, way, ret);
    ret->put = with_breaks_of(arena, target.text, ret->put);
    return good;
}
