/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folding, indentation and line breaks change blanks only, in every style. So a place is known by
 * the number of other bytes before it: counted in the value, then counted off in the source.
 */
#include "cli/scalar.h"

struct unit {
    size_t length; /* bytes of the source */
    size_t solid;  /* bytes of the value that are no blanks */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

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

static size_t skip(struct bytes source, size_t at, bool blanks)
{
    while (at < source.size && is_blank(source.data[at]) == blanks)
        at++;
    return at;
}

/* Behind an anchor and a tag. */
static size_t skip_properties(struct bytes source, size_t at)
{
    while (at < source.size && (source.data[at] == '&' || source.data[at] == '!'))
        at = skip(source, skip(source, at, false), true);
    return at;
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

/* How many solid bytes come before the place; ret_on_solid: whether one stands there. */
static bool count_before(struct bytes value, unsigned line, unsigned column, size_t *ret,
                         bool *ret_on_solid)
{
    size_t at = 0, end;

    for (; line > 1; line--) {
        const char *next = memchr(value.data + at, '\n', value.size - at);

        if (!next)
            return false;
        at = (size_t)(next - value.data) + 1;
    }
    end = at + (column ? column - 1 : 0);
    if (end > value.size)
        return false;
    *ret = 0;
    for (size_t i = 0; i < end; i++)
        *ret += !is_blank(value.data[i]);
    *ret_on_solid = end < value.size && !is_blank(value.data[end]);
    return true;
}

bool scalar_place(struct bytes source, size_t at, struct bytes value, unsigned line,
                  unsigned column, size_t *ret_offset)
{
    size_t before, behind;
    bool on_solid;
    char style;

    at = skip_properties(source, at);
    if (at >= source.size || !count_before(value, line, column, &before, &on_solid))
        return false;
    style = source.data[at];
    at = behind = content_start(source, at, style);
    while (at < source.size) {
        struct unit unit = next_unit(source, at, style);

        if (before < unit.solid || (before == 0 && !on_solid))
            break;
        before -= unit.solid;
        at += unit.length;
        if (unit.solid)
            behind = at;
    }
    *ret_offset = on_solid ? at : behind;
    return style != '*' && *ret_offset < source.size;
}
