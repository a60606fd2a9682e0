/* SPDX-License-Identifier: Apache-2.0 */
#include "ray/python_text.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* sys.set_int_max_str_digits(): longer texts are no integers to either era. */
enum { INTEGER_DIGITS_MAX = 4300 };

/* The zeros of Unicode 14's decimal digits below U+20000; nine more follow each. */
static const uint32_t foreign_zeros[] = {
    0x0660,  0x06F0,  0x07C0,  0x0966,  0x09E6,  0x0A66,  0x0AE6,  0x0B66,  0x0BE6,  0x0C66,
    0x0CE6,  0x0D66,  0x0DE6,  0x0E50,  0x0ED0,  0x0F20,  0x1040,  0x1090,  0x17E0,  0x1810,
    0x1946,  0x19D0,  0x1A80,  0x1A90,  0x1B50,  0x1BB0,  0x1C40,  0x1C50,  0xA620,  0xA8D0,
    0xA900,  0xA9D0,  0xA9F0,  0xAA50,  0xABF0,  0xFF10,  0x104A0, 0x10D30, 0x11066, 0x110F0,
    0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950,
    0x11C50, 0x11D50, 0x11DA0, 0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC,
    0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0,
};

/* Valid UTF-8: the YAML reader let nothing else through. */
static uint32_t next_character(struct bytes *text)
{
    unsigned char lead = (unsigned char)*text->data;
    size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    uint32_t character = size == 1 ? lead : lead & (0x7FU >> size);

    if (size > text->size)
        size = text->size;
    for (size_t i = 1; i < size; i++)
        character = character << 6 | ((unsigned char)text->data[i] & 0x3F);
    text->data += size;
    text->size -= size;
    return character;
}

static bool is_blank(uint32_t c)
{
    return (c >= 0x09 && c <= 0x0D) || c == ' ' || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000;
}

static int foreign_digit(uint32_t c)
{
    for (size_t i = 0; i < sizeof foreign_zeros / sizeof *foreign_zeros; i++)
        if (c >= foreign_zeros[i] && c < foreign_zeros[i] + 10)
            return (int)(c - foreign_zeros[i]);
    return -1;
}

/* The text in ASCII without the blanks around it; NULL if it can be no number. */
static char *plain(struct arena *arena, struct bytes text, bool *foreign)
{
    char *out = arena_take(arena, text.size + 1);
    size_t size = 0, blanks = 0;

    *foreign = false;
    while (out && text.size) {
        uint32_t c = next_character(&text);
        int digit = c < 0x80 ? -1 : foreign_digit(c);

        if (is_blank(c)) {
            blanks += size > 0;
            continue;
        }
        if (blanks || (c >= 0x80 && digit < 0))
            return NULL;
        *foreign |= digit >= 0;
        out[size++] = (char)(digit >= 0 ? '0' + digit : (int)c);
    }
    if (!out || !size)
        return NULL;
    out[size] = '\0';
    return strlen(out) == size ? out : NULL;
}

static const char *digits(const char *at)
{
    return at + strspn(at, "0123456789");
}

/* Takes `_` out. v1: only between digits. v2: not first, last or twice. */
static void drop_underscores(char *text, bool *v1, bool *v2)
{
    char *to = text;

    for (char *from = text; *from; from++) {
        char before = from > text ? from[-1] : '\0';

        if (*from != '_') {
            *to++ = *from;
            continue;
        }
        *v1 &= before >= '0' && before <= '9' && from[1] >= '0' && from[1] <= '9';
        *v2 &= before && before != '_' && from[1] != '\0' && from[1] != '_';
    }
    *to = '\0';
}

static struct python_number read_plain(char *text, bool foreign, bool (*grammar)(const char *))
{
    struct python_number number = {.v1 = true, .v2 = !foreign};

    drop_underscores(text, &number.v1, &number.v2);
    if (!grammar(text))
        return (struct python_number){0};
    number.number = strtod(text, NULL);
    return number;
}

static const char *sign(const char *text)
{
    return text + (*text == '+' || *text == '-');
}

static bool integer_grammar(const char *text)
{
    const char *start = sign(text), *end = digits(start);

    return end > start && !*end && end - start <= INTEGER_DIGITS_MAX;
}

/* Only v2 takes `1.0`. */
static bool cut_zero_fraction(char *text)
{
    char *point = strchr(text, '.');

    if (!point || !point[1] || point[1 + strspn(point + 1, "0")])
        return false;
    *point = '\0';
    return true;
}

struct python_number python_integer(struct arena *arena, struct bytes text)
{
    struct python_number number;
    bool foreign, cut;
    char *copy = plain(arena, text, &foreign);

    if (!copy)
        return (struct python_number){0};
    cut = cut_zero_fraction(copy);
    number = read_plain(copy, foreign, integer_grammar);
    number.v1 &= !cut;
    return number;
}

static bool word_grammar(const char *text)
{
    static const char *const words[] = {"inf", "infinity", "nan"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t at = 0;

        while (words[i][at] && (text[at] | 0x20) == words[i][at])
            at++;
        if (!words[i][at] && !text[at])
            return true;
    }
    return false;
}

static bool float_grammar(const char *text)
{
    const char *start = sign(text), *end = digits(start);
    bool any = end > start;

    if (word_grammar(start))
        return true;
    if (*end == '.') {
        start = end + 1;
        end = digits(start);
        any |= end > start;
    }
    if (any && (*end == 'e' || *end == 'E')) {
        start = sign(end + 1);
        end = digits(start);
        any = end > start;
    }
    return any && !*end;
}

struct python_number python_float(struct arena *arena, struct bytes text)
{
    bool foreign;
    char *copy = plain(arena, text, &foreign);

    return copy ? read_plain(copy, foreign, float_grammar) : (struct python_number){0};
}

const char *python_repr(struct arena *arena, double number)
{
    char text[40];
    int precision = 0, exponent;

    do
        (void)snprintf(text, sizeof text, "%.*e", precision, number);
    while (strtod(text, NULL) != number && ++precision < 17);
    exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    if (exponent < -4 || exponent >= 16)
        return arena_copy(arena, bytes_of(text));
    return arena_printf(arena, "%.*f", precision > exponent ? precision - exponent : 1, number);
}
