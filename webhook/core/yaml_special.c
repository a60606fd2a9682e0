/* SPDX-License-Identifier: Apache-2.0 */
#include "core/yaml_special.h"

#include "core/plain.h"

/* Between least and most digits, as many as there are. */
static bool take_number(struct bytes *text, size_t least, size_t most, unsigned *ret)
{
    size_t count = 0;

    *ret = 0;
    while (count < most && count < text->size && text->data[count] >= '0' &&
           text->data[count] <= '9')
        *ret = *ret * 10 + (unsigned)(text->data[count++] - '0');
    *text = (struct bytes){text->data + count, text->size - count};
    return count >= least;
}

static unsigned days_in(unsigned month, unsigned year)
{
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    if (month == 2)
        return leap ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

static bool take_date(struct bytes *text)
{
    unsigned year, month, day;

    return take_number(text, 4, 4, &year) && bytes_take(text, '-') &&
           take_number(text, 1, 2, &month) && bytes_take(text, '-') &&
           take_number(text, 1, 2, &day) && month >= 1 && month <= 12 && day >= 1 &&
           day <= days_in(month, year);
}

/* A fraction may follow a point or a comma; without digits it is left, and so an error. */
static bool take_time(struct bytes *text)
{
    unsigned hour, minute, second;
    struct bytes fraction;

    if (!take_number(text, 1, 2, &hour) || !bytes_take(text, ':') ||
        !take_number(text, 1, 2, &minute) || !bytes_take(text, ':') ||
        !take_number(text, 1, 2, &second) || hour > 23 || minute > 59 || second > 59)
        return false;
    fraction = *text;
    if ((bytes_take(&fraction, '.') || bytes_take(&fraction, ',')) &&
        take_number(&fraction, 1, 1, &second)) {
        while (take_number(&fraction, 1, 1, &second))
            continue;
        *text = fraction;
    }
    return true;
}

static bool take_zone(struct bytes *text)
{
    unsigned hour, minute;

    if (bytes_take(text, 'Z'))
        return true;
    return (bytes_take(text, '+') || bytes_take(text, '-')) && take_number(text, 2, 2, &hour) &&
           bytes_take(text, ':') && take_number(text, 2, 2, &minute) && hour <= 24 && minute <= 60;
}

bool yaml_is_timestamp(struct bytes text)
{
    if (!take_date(&text))
        return false;
    if (!text.size)
        return true;
    if (bytes_take(&text, ' ')) {
        while (bytes_take(&text, ' '))
            continue;
        return take_time(&text) && !text.size;
    }
    return (bytes_take(&text, 'T') || bytes_take(&text, 't')) && take_time(&text) &&
           take_zone(&text) && !text.size;
}

static int sextet(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = c ? strchr(digits, c) : NULL;

    return found ? (int)(found - digits) : -1;
}

/* Four digits, of which the last `padding` are `=`. */
struct quantum {
    unsigned long bits;
    int count, padding;
};

static bool add_digit(struct quantum *quantum, char c)
{
    int value = c == '=' ? 0 : sextet(c);

    if (value < 0 || (c == '=' ? quantum->count < 2 : quantum->padding > 0))
        return false;
    quantum->bits = quantum->bits << 6 | (unsigned long)value;
    quantum->padding += c == '=';
    quantum->count++;
    return true;
}

/* Into room for all of it. Nothing but line breaks may follow the padding. */
static bool decode_base64(struct bytes text, char *ret, size_t *size)
{
    struct quantum quantum = {0};
    bool padded = false;

    *size = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '\n' || text.data[i] == '\r')
            continue;
        if (padded || !add_digit(&quantum, text.data[i]))
            return false;
        if (quantum.count < 4)
            continue;
        for (int byte = 0; byte < 3 - quantum.padding; byte++)
            ret[(*size)++] = (char)(quantum.bits >> (16 - 8 * byte) & 0xff);
        padded = quantum.padding > 0;
        quantum = (struct quantum){0};
    }
    return quantum.count == 0;
}

static struct bytes as_utf8(struct arena *arena, struct bytes bytes)
{
    struct text text = text_new(arena);

    for (size_t i = 0; i < bytes.size;) {
        size_t length = utf8_sequence((struct bytes){bytes.data + i, bytes.size - i});

        text_put(&text, length ? (struct bytes){bytes.data + i, length} : BYTES("\xef\xbf\xbd"));
        i += length ? length : 1;
    }
    (void)text_string(&text);
    return text.data ? text_bytes(&text) : (struct bytes){"", 0};
}

bool yaml_decode_binary(struct arena *arena, struct bytes text, struct bytes *ret)
{
    char *room = arena_take(arena, text.size / 4 * 3 + 3);
    size_t size;

    *ret = (struct bytes){"", 0};
    if (!room)
        return true;
    if (!decode_base64(text, room, &size))
        return false;
    *ret = as_utf8(arena, (struct bytes){room, size});
    return true;
}
