/* SPDX-License-Identifier: Apache-2.0 */
#include "core/text.h"

#include <stdint.h>

static bool reserve(struct text *text, size_t more)
{
    size_t room = text->room ? text->room : 256;
    char *data;

    if (more <= text->room - text->size)
        return true;
    if (more > SIZE_MAX / 4 - text->size)
        return arena_exhaust(text->arena), false;
    while (room - text->size < more)
        room *= 2;
    data = arena_take(text->arena, room);
    if (!data)
        return false;
    if (text->size)
        memcpy(data, text->data, text->size);
    text->data = data;
    text->room = room;
    return true;
}

void text_put(struct text *text, struct bytes bytes)
{
    if (!bytes.size || !reserve(text, bytes.size))
        return;
    memcpy(text->data + text->size, bytes.data, bytes.size);
    text->size += bytes.size;
}

void text_puts(struct text *text, const char *string)
{
    text_put(text, bytes_of(string));
}

void text_putc(struct text *text, char c)
{
    text_put(text, (struct bytes){&c, 1});
}

void text_number(struct text *text, size_t number)
{
    char digits[3 * sizeof number]; /* a byte takes less than three */
    size_t at = sizeof digits;

    do
        digits[--at] = (char)('0' + number % 10);
    while (number /= 10);
    text_put(text, (struct bytes){digits + at, sizeof digits - at});
}

void text_printf(struct text *text, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    text_puts(text, arena_vprintf(text->arena, format, args));
    va_end(args);
}

static void put_escaped(struct text *text, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    static const char names[] = "\"\"\\\\\bb\ff\nn\rr\tt";

    for (const char *name = names; *name; name += 2) {
        if ((unsigned char)name[0] == c) {
            text_put(text, (struct bytes){(const char[]){'\\', name[1]}, 2});
            return;
        }
    }
    text_put(text,
             (struct bytes){(const char[]){'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]}, 6});
}

void text_json_bytes(struct text *text, struct bytes string)
{
    size_t start = 0;

    text_putc(text, '"');
    for (size_t i = 0; i < string.size; i++) {
        unsigned char c = (unsigned char)string.data[i];

        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
            continue;
        text_put(text, (struct bytes){string.data + start, i - start});
        put_escaped(text, c);
        start = i + 1;
    }
    if (start < string.size)
        text_put(text, (struct bytes){string.data + start, string.size - start});
    text_putc(text, '"');
}

void text_json(struct text *text, const char *string)
{
    if (string)
        text_json_bytes(text, bytes_of(string));
    else
        text_put(text, BYTES("null"));
}

void text_json_key(struct text *text, const char *name)
{
    text_json(text, name);
    text_putc(text, ':');
}

static const char *html_for(unsigned char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f ? "\xef\xbf\xbd" : NULL;
    }
}

void text_html(struct text *text, const char *string)
{
    for (; *string; string++) {
        const char *instead = html_for((unsigned char)*string);

        if (instead)
            text_puts(text, instead);
        else
            text_putc(text, *string);
    }
}

void text_base64(struct text *text, struct bytes bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < bytes.size; i += 3) {
        size_t left = bytes.size - i;
        uint32_t group = (uint32_t)(unsigned char)bytes.data[i] << 16;

        if (left > 1)
            group |= (uint32_t)(unsigned char)bytes.data[i + 1] << 8;
        if (left > 2)
            group |= (unsigned char)bytes.data[i + 2];
        text_put(text, (struct bytes){(const char[]){digits[group >> 18], digits[group >> 12 & 63],
                                                     left > 1 ? digits[group >> 6 & 63] : '=',
                                                     left > 2 ? digits[group & 63] : '='},
                                      4});
    }
}

const char *text_string(struct text *text)
{
    if (!reserve(text, 1))
        return "";
    text->data[text->size] = '\0';
    return text->data;
}
