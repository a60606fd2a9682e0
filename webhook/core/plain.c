/* SPDX-License-Identifier: Apache-2.0 */
#include "core/plain.h"

struct range {
    unsigned char low, high;
};

/* What may come second (RFC 3629, section 4): a narrower range keeps overlong forms, surrogates and
 * what is above U+10FFFF out. */
static struct range second_byte(unsigned char first)
{
    switch (first) {
    case 0xe0:
        return (struct range){0xa0, 0xbf};
    case 0xed:
        return (struct range){0x80, 0x9f};
    case 0xf0:
        return (struct range){0x90, 0xbf};
    case 0xf4:
        return (struct range){0x80, 0x8f};
    default:
        return (struct range){0x80, 0xbf};
    }
}

size_t utf8_sequence(struct bytes text)
{
    const unsigned char *at = (const unsigned char *)text.data;
    struct range second;
    size_t length;

    if (!text.size || at[0] < 0x80)
        return text.size ? 1 : 0;
    length = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    second = second_byte(at[0]);
    if (at[0] < 0xc2 || at[0] > 0xf4 || text.size < length)
        return 0;
    if (at[1] < second.low || at[1] > second.high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

static bool is_control(struct bytes character)
{
    unsigned char c = (unsigned char)character.data[0];

    return c < 0x20 || c == 0x7f ||
           (c == 0xc2 && character.size == 2 && (unsigned char)character.data[1] < 0xa0);
}

/* Most of a text goes as it is. */
static size_t printable_run(struct bytes text, size_t limit)
{
    size_t size = 0;

    while (size < text.size && size < limit && text.data[size] >= ' ' && text.data[size] < 0x7f)
        size++;
    return size;
}

void text_plain(struct text *out, struct bytes string, size_t limit)
{
    while (string.size && limit) {
        size_t run = printable_run(string, limit);
        size_t length = run ? run : utf8_sequence(string), step = length ? length : 1;
        struct bytes piece = {string.data, length};

        if (length > limit)
            break;
        if (length && is_control(piece))
            piece = BYTES(" ");
        text_put(out, piece);
        limit -= piece.size;
        string.data += step;
        string.size -= step;
    }
}
