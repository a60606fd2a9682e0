/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folding, indentation and line breaks change blanks only, in every style. So a place is known by
 * the number of other bytes before it: counted in the value, then counted off in the source.
 */
#include "cli/manifest/scalar.h"

#include "cli/manifest/source.h"

struct unit {
    size_t length; /* bytes of the source */
    size_t solid;  /* bytes of the value that are no blanks */
};

static unsigned long hex_read(struct bytes source, size_t at, size_t digits)
{
    unsigned long code = 0;

    for (size_t i = at; i < at + digits && i < source.size; i++) {
        char c = source.data[i];

        code = code * 16 + (unsigned long)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return code;
}

/* A UTF-16 surrogate is half of a pair that makes four bytes. */
static size_t utf8_size(unsigned long code)
{
    if (code == 0x20 || code == 0x09 || code == 0x0a || code == 0x0d)
        return 0;
    if (code < 0x80)
        return 1;
    if (code < 0x800 || (code >= 0xd800 && code < 0xe000))
        return 2;
    return code < 0x10000 ? 3 : 4;
}

/* YAML 1.1, 5.7; JSON's are among them. */
static struct unit escape(struct bytes source, size_t at)
{
    char c = at + 1 < source.size ? source.data[at + 1] : '\0';
    size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;

    if (digits)
        return (struct unit){2 + digits, utf8_size(hex_read(source, at + 2, digits))};
    if (c && strchr("nrt \t\n\r", c))
        return (struct unit){2, 0};
    if (c == 'N' || c == '_')
        return (struct unit){2, 2};
    return (struct unit){2, c == 'L' || c == 'P' ? 3 : 1};
}

static struct unit next_unit(struct bytes source, size_t at, char style)
{
    if (style == '"' && source.data[at] == '\\')
        return escape(source, at);
    if (style == '\'' && source.data[at] == '\'')
        return (struct unit){2, 1};
    return (struct unit){1, is_blank(source.data[at]) ? 0 : 1};
}

/* Where the content begins: behind the quote, or on the line below | and >. */
static size_t content_start(struct bytes source, size_t at, char style)
{
    const char *end;

    if (style == '"' || style == '\'')
        return at + 1;
    if (style != '|' && style != '>')
        return at;
    end = memchr(source.data + at, '\n', source.size - at);
    return end ? (size_t)(end - source.data) + 1 : source.size;
}

/* A place in the value, as it can be counted off. */
struct target {
    size_t before;       /* solid bytes before it */
    struct bytes indent; /* it is in a line's indentation: blanks from it to the first solid byte */
    bool on_solid;       /* it or the end of that indentation is a solid byte */
};

/* NULL if the value has fewer lines. */
static const char *line_start(struct bytes value, unsigned line)
{
    const char *at = value.data, *end = value.data + value.size;

    for (; line > 1 && at; line--) {
        at = memchr(at, '\n', (size_t)(end - at));
        at = at ? at + 1 : NULL;
    }
    return at;
}

static bool find_target(struct bytes value, unsigned line, unsigned column, struct target *ret)
{
    const char *start = line_start(value, line), *end = value.data + value.size;
    const char *place, *solid = start;
    size_t skipped = column ? column - 1 : 0;

    if (!start || skipped > (size_t)(end - start))
        return false;
    place = start + skipped;
    *ret = (struct target){0};
    for (const char *at = value.data; at < place; at++)
        ret->before += !is_blank(*at);
    while (solid < end && (*solid == ' ' || *solid == '\t'))
        solid++;
    if (place < solid && solid < end && !is_blank(*solid))
        ret->indent = (struct bytes){place, (size_t)(solid - place)};
    else
        solid = place;
    ret->on_solid = solid < end && !is_blank(*solid);
    return true;
}

/* Back over the same blanks, where the source has them. */
static size_t back_over(struct bytes source, size_t at, struct bytes blanks)
{
    if (!blanks.size || at < blanks.size ||
        memcmp(source.data + at - blanks.size, blanks.data, blanks.size) != 0)
        return at;
    return at - blanks.size;
}

bool scalar_place(struct bytes source, size_t at, struct bytes value, unsigned line,
                  unsigned column, size_t *ret_offset)
{
    struct target target;
    size_t behind;
    char style;

    at = skip_properties(source, at);
    if (at >= source.size || !find_target(value, line, column, &target))
        return false;
    style = source.data[at];
    at = behind = content_start(source, at, style);
    while (at < source.size) {
        struct unit unit = next_unit(source, at, style);

        if (target.before < unit.solid || (target.before == 0 && !target.on_solid))
            break;
        target.before -= unit.solid;
        at += unit.length;
        if (unit.solid)
            behind = at;
    }
    *ret_offset = target.on_solid ? back_over(source, at, target.indent) : behind;
    return style != '*' && *ret_offset < source.size;
}
