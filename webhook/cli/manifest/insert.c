/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/manifest/insert.h"

#include "cli/line_bounds.h"
#include "cli/manifest/locate.h"
#include "cli/manifest/pointer.h"
#include "cli/manifest/source.h"
#include "cli/manifest/yaml_write.h"
#include "core/wrap.h"

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
    return value->kind == YAML_MAPPING ? yaml_member(value, step)
                                       : yaml_item(value, strtoul(step, NULL, 10));
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
    return ret->parent && ret->parent->kind == YAML_MAPPING &&
           json_parse(arena, op->value, &limits, &ret->value, &problem) == JSON_OK;
}

static char at_or_nul(struct bytes text, size_t at)
{
    return at < text.size ? text.data[at] : '\0';
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
        return skip(text, at + 1, true) + 1 - at;
    return first == '"' || first == '\'' ? quoted_size(text, at) : value->text.size;
}

static bool replace(struct arena *arena, const struct target *target,
                    const struct yaml_value *value, struct edit *ret)
{
    size_t at = source_offset(target->text, value, false);
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
    bool empty = at_or_nul(target->text, skip(target->text, brace + 1, true)) == '}';
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
    return skip(line, 0, true) == line.size;
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

/* Behind the value of the last member. The last line of a text may have no end. */
static void put_behind(const struct target *target, const struct yaml_value *member,
                       struct text *put, size_t *ret_at)
{
    size_t indent = member->key_column - 1;
    size_t key = source_offset(target->text, member, true);
    bool ended;

    *ret_at = member_end(target->text, key, indent);
    ended = target->text.data[*ret_at - 1] == '\n';
    text_puts(put, ended ? "" : "\n");
    wrap_fill(put, ' ', indent);
    yaml_write_member(put, target->key, target->value, indent);
    text_puts(put, ended ? "\n" : "");
}

static void put_before(const struct target *target, const struct yaml_value *member,
                       struct text *put, size_t *ret_at)
{
    size_t indent = member->key_column - 1;

    *ret_at = source_offset(target->text, member, true);
    yaml_write_member(put, target->key, target->value, indent);
    text_putc(put, '\n');
    wrap_fill(put, ' ', indent);
}

static bool put_between_lines(struct arena *arena, const struct target *target, enum insert_way way,
                              struct edit *ret)
{
    const struct yaml_value *member = outer_member(target->parent, way == INSERT_LAST);
    struct text put = text_new(arena);

    *ret = (struct edit){.at = 0};
    if (!member || !member->key_column)
        return false;
    if (way == INSERT_LAST)
        put_behind(target, member, &put, &ret->at);
    else
        put_before(target, member, &put, &ret->at);
    ret->put = text_bytes(&put);
    return true;
}

/* ---------------------------------------------------------------------------------------------- */

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
    at = skip_properties(target.text, source_offset(target.text, target.parent, false));
    if (old)
        good = replace(arena, &target, old, ret);
    else if (at_or_nul(target.text, at) == '{')
        good = put_into_braces(arena, &target, at, ret);
    else
        good = put_between_lines(arena, &target, way, ret);
    ret->put = with_breaks_of(arena, target.text, ret->put);
    return good;
}
