/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the bytes of a value in a text that json_scan() took: so nothing here can be malformed. */
#include "core/json.h"

struct cursor {
    const char *at, *end;
};

static void skip_blanks(struct cursor *cursor)
{
    while (cursor->at < cursor->end && strchr(" \t\r\n", *cursor->at))
        cursor->at++;
}

static void skip_string(struct cursor *cursor)
{
    for (cursor->at++; cursor->at < cursor->end && *cursor->at != '"'; cursor->at++)
        cursor->at += *cursor->at == '\\';
    cursor->at++;
}

static void skip_container(struct cursor *cursor)
{
    size_t depth = 0;

    do {
        if (*cursor->at == '"') {
            skip_string(cursor);
            continue;
        }
        if (*cursor->at == '{' || *cursor->at == '[')
            depth++;
        if (*cursor->at == '}' || *cursor->at == ']')
            depth--;
        cursor->at++;
    } while (depth && cursor->at < cursor->end);
}

static void skip_value(struct cursor *cursor)
{
    if (*cursor->at == '"')
        skip_string(cursor);
    else if (*cursor->at == '{' || *cursor->at == '[')
        skip_container(cursor);
    else
        while (cursor->at < cursor->end && !strchr(",]} \t\r\n", *cursor->at))
            cursor->at++;
}

static struct bytes take_value(struct cursor *cursor)
{
    const char *start;

    skip_blanks(cursor);
    start = cursor->at;
    if (cursor->at < cursor->end)
        skip_value(cursor);
    return (struct bytes){start, (size_t)(cursor->at - start)};
}

static unsigned hex_value(const char *digits)
{
    unsigned value = 0;

    for (int i = 0; i < 4; i++) {
        unsigned char c = (unsigned char)(digits[i] | 0x20);

        value = value << 4 | ((unsigned)(c <= '9' ? c - '0' : c - 'a' + 10));
    }
    return value;
}

/* The next character of a JSON string's inside, if ASCII; other escapes give 0, which no key holds.
 */
static char next_character(const char **at)
{
    static const char plain[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
    unsigned code;

    if (**at != '\\')
        return *(*at)++;
    *at += 2;
    if ((*at)[-1] != 'u')
        return strchr(plain, (*at)[-1])[1];
    code = hex_value(*at);
    *at += 4;
    return code < 0x80 ? (char)code : 0;
}

/* Keys that a path asks for are ours: ASCII, or bytes that stand in the text as they are. */
static bool is_key(struct bytes quoted, const char *key)
{
    const char *at = quoted.data + 1, *end = quoted.data + quoted.size - 1;

    for (; at < end && *key; key++)
        if (next_character(&at) != *key)
            return false;
    return at == end && !*key;
}

bool json_raw_next(struct bytes container, struct json_raw_entry *entry)
{
    const char *last = entry->value.data ? entry->value.data + entry->value.size : NULL;
    struct cursor cursor = {last ? last : container.data + 1, container.data + container.size - 1};

    skip_blanks(&cursor);
    if (last && cursor.at < cursor.end) {
        cursor.at++; /* the comma */
        skip_blanks(&cursor);
    }
    if (cursor.at >= cursor.end)
        return false;
    if (*container.data == '{') {
        entry->key = take_value(&cursor);
        skip_blanks(&cursor);
        cursor.at++; /* the colon */
    }
    entry->value = take_value(&cursor);
    return true;
}

static struct bytes object_member(struct bytes object, const char *key)
{
    struct json_raw_entry entry = {0};

    while (json_raw_next(object, &entry))
        if (is_key(entry.key, key))
            return entry.value;
    return (struct bytes){0};
}

static struct bytes array_item(struct bytes array, size_t index)
{
    struct json_raw_entry entry = {0};

    while (json_raw_next(array, &entry))
        if (index-- == 0)
            return entry.value;
    return (struct bytes){0};
}

struct bytes json_raw(struct bytes text, const struct path *path)
{
    struct bytes parent;

    if (!path || (path->step == PATH_STEP_KEY && !path->key))
        return take_value(&(struct cursor){text.data, text.data + text.size});
    parent = json_raw(text, path->parent);
    if (!parent.size)
        return parent;
    if (path->step == PATH_STEP_INDEX && *parent.data == '[')
        return array_item(parent, path->index);
    if (path->step == PATH_STEP_KEY && *parent.data == '{')
        return object_member(parent, path->key);
    return (struct bytes){0};
}
