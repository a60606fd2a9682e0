/* SPDX-License-Identifier: Apache-2.0 */
/* The scan that goes before cJSON: RFC 8259 to the letter, RFC 3629 for the bytes, and the limits.
 */
#include "core/json_scan.h"

#include "core/plain.h"

#include <endian.h>
#include <stdint.h>

enum {
    LONGEST_NUMBER = 60, /* cJSON cuts a number at 63 bytes, in silence */
    DEEPEST = 512,       /* cJSON's own limit is 1,000, at compile time */
};

struct scan {
    const unsigned char *begin, *at, *end;
    unsigned depth, deepest;
    size_t values, most_values;
    const struct json_unread *unread; /* of the object at hand, or NULL */
    struct json_gaps *gaps;
    const char *error;
    bool too_large;
};

static bool fail(struct scan *scan, const char *error)
{
    if (!scan->error)
        scan->error = error;
    return false;
}

static bool over(struct scan *scan, const char *error)
{
    scan->too_large = true;
    return fail(scan, error);
}

static unsigned char peek(const struct scan *scan)
{
    return scan->at < scan->end ? *scan->at : 0;
}

static bool is_blank(unsigned char c)
{
    return c <= ' ' && (c == ' ' || c == '\n' || c == '\t' || c == '\r');
}

static void skip_blanks(struct scan *scan)
{
    while (scan->at < scan->end && is_blank(*scan->at))
        scan->at++;
}

static int hex_digit(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four hex digits at the scan's place; -1 if they are not there. */
static int hex4(struct scan *scan)
{
    int value = 0;

    if (scan->end - scan->at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(*scan->at++);

        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

static bool scan_unicode_escape(struct scan *scan)
{
    int code = hex4(scan), low;

    if (code < 0)
        return fail(scan, "\\u wants four hex digits");
    if (code == 0)
        return fail(scan, "\\u0000 in a string");
    if (code >= 0xdc00 && code <= 0xdfff)
        return fail(scan, "a lone surrogate in a string");
    if (code < 0xd800 || code > 0xdbff)
        return true;
    if (scan->end - scan->at < 2 || scan->at[0] != '\\' || scan->at[1] != 'u')
        return fail(scan, "a lone surrogate in a string");
    scan->at += 2;
    low = hex4(scan);
    return (low >= 0xdc00 && low <= 0xdfff) || fail(scan, "a lone surrogate in a string");
}

static bool scan_escape(struct scan *scan)
{
    unsigned char c;

    scan->at++;
    c = peek(scan);
    scan->at++;
    switch (c) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        return true;
    case 'u':
        return scan_unicode_escape(scan);
    default:
        return fail(scan, "an unknown escape in a string");
    }
}

/* One character that is not plain ASCII. */
static bool scan_special(struct scan *scan)
{
    size_t length;

    if (*scan->at == '\\')
        return scan_escape(scan);
    if (*scan->at < 0x20)
        return fail(scan, "a control character in a string");
    length = utf8_sequence((struct bytes){(const char *)scan->at, (size_t)(scan->end - scan->at)});
    scan->at += length;
    return length || fail(scan, "invalid UTF-8");
}

/* A bit in each byte of eight that ends a run of plain ASCII: below 0x20, above 0x7f, " and \. */
static uint64_t special_bytes(uint64_t eight)
{
    const uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;
    uint64_t quotes = eight ^ (ones * '"'), slashes = eight ^ (ones * '\\');

    return (eight | (eight - ones * 0x20) | (quotes - ones) | (slashes - ones)) & tops;
}

/* Strings are most of a body. Of the bits above the lowest is exact, and is the first byte's. */
static void skip_plain(struct scan *scan)
{
    const unsigned char *at = scan->at;
    uint64_t eight, special;

    for (; scan->end - at >= (ptrdiff_t)sizeof eight; at += sizeof eight) {
        memcpy(&eight, at, sizeof eight);
        special = special_bytes(le64toh(eight));
        if (special) {
            scan->at = at + __builtin_ctzll(special) / 8;
            return;
        }
    }
    while (at < scan->end && *at >= 0x20 && *at < 0x80 && *at != '"' && *at != '\\')
        at++;
    scan->at = at;
}

static bool scan_string(struct scan *scan)
{
    scan->at++;
    for (;;) {
        skip_plain(scan);
        if (scan->at >= scan->end)
            return fail(scan, "a string without its end");
        if (*scan->at == '"') {
            scan->at++;
            return true;
        }
        if (!scan_special(scan))
            return false;
    }
}

static size_t scan_digits(struct scan *scan)
{
    const unsigned char *start = scan->at;

    while (peek(scan) >= '0' && peek(scan) <= '9')
        scan->at++;
    return (size_t)(scan->at - start);
}

static bool scan_fraction_and_exponent(struct scan *scan)
{
    if (peek(scan) == '.') {
        scan->at++;
        if (!scan_digits(scan))
            return fail(scan, "a number without digits behind its point");
    }
    if ((peek(scan) | 0x20) == 'e') {
        scan->at++;
        if (peek(scan) == '+' || peek(scan) == '-')
            scan->at++;
        if (!scan_digits(scan))
            return fail(scan, "a number without digits in its exponent");
    }
    return true;
}

static bool scan_number(struct scan *scan)
{
    const unsigned char *start = scan->at;
    const unsigned char *first;

    if (*scan->at == '-')
        scan->at++;
    first = scan->at;
    if (!scan_digits(scan))
        return fail(scan, "not a JSON value");
    if (*first == '0' && scan->at - first > 1)
        return fail(scan, "a number with a leading zero");
    if (!scan_fraction_and_exponent(scan))
        return false;
    return scan->at - start <= LONGEST_NUMBER || fail(scan, "a number of more than 60 characters");
}

static bool scan_word(struct scan *scan, struct bytes word)
{
    if ((size_t)(scan->end - scan->at) < word.size || memcmp(scan->at, word.data, word.size) != 0)
        return fail(scan, "not a JSON value");
    scan->at += word.size;
    return true;
}

static bool scan_value(struct scan *scan);

/* The list's row of that name. One that is written with escapes is not found, and so is read. */
static const struct json_unread *find_unread(const struct json_unread *list, struct bytes name)
{
    for (; list && list->key; list++)
        if (bytes_are(name, list->key))
            return list;
    return NULL;
}

static bool scan_unread(struct scan *scan, const struct json_unread *row)
{
    const struct json_unread *siblings = scan->unread;
    struct json_gaps *gaps = scan->gaps;
    const unsigned char *start;
    bool good;

    skip_blanks(scan);
    start = scan->at;
    scan->unread = row ? row->below : NULL;
    good = scan_value(scan);
    scan->unread = siblings;
    if (good && row && !row->below && gaps->count < JSON_GAPS_MAX)
        gaps->values[gaps->count++] =
            (struct bytes){(const char *)start, (size_t)(scan->at - start)};
    return good;
}

static bool scan_member(struct scan *scan)
{
    const unsigned char *name;
    size_t size;

    skip_blanks(scan);
    if (peek(scan) != '"')
        return fail(scan, "a member without a \"name\"");
    name = scan->at + 1;
    if (!scan_string(scan))
        return false;
    size = (size_t)(scan->at - 1 - name);
    skip_blanks(scan);
    if (peek(scan) != ':')
        return fail(scan, "a member without its colon");
    scan->at++;
    if (!scan->unread)
        return scan_value(scan);
    return scan_unread(scan, find_unread(scan->unread, (struct bytes){(const char *)name, size}));
}

static bool scan_items(struct scan *scan, unsigned char close, bool (*item)(struct scan *))
{
    scan->at++;
    skip_blanks(scan);
    if (peek(scan) == close) {
        scan->at++;
        return true;
    }
    while (item(scan)) {
        skip_blanks(scan);
        if (peek(scan) == close) {
            scan->at++;
            return true;
        }
        if (peek(scan) != ',')
            return fail(scan,
                        close == '}' ? "an object without its end" : "an array without its end");
        scan->at++;
    }
    return false;
}

static bool scan_array(struct scan *scan)
{
    const struct json_unread *unread = scan->unread;
    bool good;

    scan->unread = NULL;
    good = scan_items(scan, ']', scan_value);
    scan->unread = unread;
    return good;
}

static bool scan_container(struct scan *scan)
{
    bool good;

    if (scan->depth >= scan->deepest)
        return over(scan, "nested too deep");
    scan->depth++;
    good = *scan->at == '{' ? scan_items(scan, '}', scan_member) : scan_array(scan);
    scan->depth--;
    return good;
}

static bool scan_value(struct scan *scan)
{
    skip_blanks(scan);
    if (++scan->values > scan->most_values)
        return over(scan, "too many values");
    switch (peek(scan)) {
    case '{':
    case '[':
        return scan_container(scan);
    case '"':
        return scan_string(scan);
    case 't':
        return scan_word(scan, BYTES("true"));
    case 'f':
        return scan_word(scan, BYTES("false"));
    case 'n':
        return scan_word(scan, BYTES("null"));
    default:
        return scan->at < scan->end ? scan_number(scan) : fail(scan, "the text ends too early");
    }
}

static void describe(const struct scan *scan, struct problem *problem)
{
    unsigned line = 1, column = 1;

    for (const unsigned char *c = scan->begin; c < scan->at && c < scan->end; c++) {
        column = *c == '\n' ? 1 : column + 1;
        line += *c == '\n';
    }
    problem_set(problem, line, column, "%s", scan->error);
}

enum json_status json_scan_gaps(struct bytes text, const struct json_limits *limits,
                                struct json_gaps *ret, struct problem *problem)
{
    const unsigned char *begin = (const unsigned char *)(text.size ? text.data : "");
    struct scan scan = {
        .begin = begin,
        .at = begin,
        .end = begin + text.size,
        .deepest = limits->depth < DEEPEST ? limits->depth : DEEPEST,
        .most_values = limits->values,
        .unread = limits->unread,
        .gaps = ret,
    };

    ret->count = 0;
    if (scan_value(&scan)) {
        skip_blanks(&scan);
        if (scan.at == scan.end)
            return JSON_OK;
        fail(&scan, "text behind the end of the JSON value");
    }
    describe(&scan, problem);
    return scan.too_large ? JSON_TOO_LARGE : JSON_INVALID;
}

enum json_status json_scan(struct bytes text, const struct json_limits *limits,
                           struct problem *problem)
{
    struct json_gaps gaps;

    return json_scan_gaps(text, limits, &gaps, problem);
}
