/* SPDX-License-Identifier: Apache-2.0 */
#include "core/yaml.h"
#include "core/yaml_number.h"

#include <inttypes.h>
#include <stdlib.h>

static void put_escape(struct text *out, unsigned char c)
{
    static const char names[] = "\"\"\\\\\bb\ff\nn\rr\tt", hex[] = "0123456789abcdef";
    const char *name = names;

    while (*name && (unsigned char)*name != c)
        name += 2;
    if (*name)
        text_put(out, (struct bytes){(const char[]){'\\', name[1]}, 2});
    else
        text_put(out,
                 (struct bytes){(const char[]){'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]}, 6});
}

/* U+2028 and U+2029, which JavaScript takes for line ends. */
static bool is_separator(struct bytes string, size_t i)
{
    return string.size - i >= 3 && memcmp(string.data + i, "\xe2\x80", 2) == 0 &&
           ((unsigned char)string.data[i + 2] & 0xfe) == 0xa8;
}

static void put_string(struct text *out, struct bytes string)
{
    size_t start = 0;

    text_putc(out, '"');
    for (size_t i = 0; i < string.size; i++) {
        unsigned char c = (unsigned char)string.data[i];
        bool separator = c == 0xe2 && is_separator(string, i);

        if (c >= 0x20 && !strchr("\"\\<>&", c) && !separator)
            continue;
        text_put(out, (struct bytes){string.data + start, i - start});
        if (separator)
            text_puts(out, (unsigned char)string.data[i + 2] == 0xa8 ? "\\u2028" : "\\u2029");
        else
            put_escape(out, c);
        i += separator ? 2 : 0;
        start = i + 1;
    }
    text_put(out, (struct bytes){string.data + start, string.size - start});
    text_putc(out, '"');
}

static void put_value(struct text *out, const struct yaml_value *value);

/* The key says U+2400 where there is a NUL; the text that it was made from does not. */
static struct bytes key_of(const struct yaml_value *member)
{
    bool nul = memchr(member->key_text.data, '\0', member->key_text.size);

    return nul ? member->key_text : bytes_of(member->key);
}

static int compare_keys(const void *a, const void *b)
{
    struct bytes first = key_of(*(const struct yaml_value *const *)a);
    struct bytes second = key_of(*(const struct yaml_value *const *)b);
    size_t common = first.size < second.size ? first.size : second.size;
    int order = memcmp(first.data, second.data, common);

    return order ? order : (first.size > second.size) - (first.size < second.size);
}

static void put_mapping(struct text *out, const struct yaml_value *mapping)
{
    const struct yaml_value **members = arena_array(out->arena, mapping->count, sizeof *members);
    size_t count = 0;

    if (!members)
        return;
    for (const struct yaml_value *member = mapping->first; member; member = member->next)
        members[count++] = member;
    qsort(members, count, sizeof(const struct yaml_value *), compare_keys);
    text_putc(out, '{');
    for (size_t i = 0; i < count; i++) {
        if (i)
            text_putc(out, ',');
        put_string(out, key_of(members[i]));
        text_putc(out, ':');
        put_value(out, members[i]);
    }
    text_putc(out, '}');
}

static void put_sequence(struct text *out, const struct yaml_value *sequence)
{
    text_putc(out, '[');
    for (const struct yaml_value *item = sequence->first; item; item = item->next) {
        if (item != sequence->first)
            text_putc(out, ',');
        put_value(out, item);
    }
    text_putc(out, ']');
}

/* An exponent below 1e-6 and from 1e21 on, of one digit where it is negative and small. */
static void put_number(struct text *out, double number)
{
    char digits[YAML_NUMBER_SIZE];
    char *exponent;

    yaml_format_number(number, 64, -6, 21, digits);
    exponent = strchr(digits, 'e');
    if (exponent && exponent[1] == '-' && exponent[2] == '0') {
        exponent[2] = exponent[3];
        exponent[3] = '\0';
    }
    text_puts(out, digits);
}

static void put_value(struct text *out, const struct yaml_value *value)
{
    switch (value->kind) {
    case YAML_NULL:
        text_put(out, BYTES("null"));
        break;
    case YAML_BOOL:
        text_puts(out, value->boolean ? "true" : "false");
        break;
    case YAML_INTEGER:
        text_printf(out, "%" PRId64, value->integer);
        break;
    case YAML_FLOAT:
        put_number(out, value->number);
        break;
    case YAML_STRING:
        put_string(out, value->text);
        break;
    case YAML_SEQUENCE:
        put_sequence(out, value);
        break;
    case YAML_MAPPING:
        put_mapping(out, value);
        break;
    }
}

void yaml_write_json(struct text *out, const struct yaml_value *value)
{
    put_value(out, value);
}
