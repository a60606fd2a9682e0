/* SPDX-License-Identifier: Apache-2.0 */
#include "ray/schema/coerce.h"

#include "ray/python_text.h"
#include "ray/schema.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Where Go writes a whole number without an exponent: Python reads an integer. */
static const double EXPONENT_FROM = 1e21;

uint64_t ray_pydantic_1(void)
{
    return ray_releases(0, RAY_PYDANTIC_2 - 1);
}

uint64_t ray_pydantic_2(void)
{
    return ray_releases(RAY_PYDANTIC_2, 0);
}

bool ray_is_integer(const struct yaml_value *value)
{
    return value->kind == YAML_INTEGER ||
           (value->kind == YAML_FLOAT && fabs(value->number) < EXPONENT_FROM &&
            trunc(value->number) == value->number);
}

static uint64_t read_by(bool one, bool two)
{
    return (one ? ray_pydantic_1() : 0) | (two ? ray_pydantic_2() : 0);
}

struct ray_number ray_read_integer(struct arena *arena, const struct yaml_value *value)
{
    struct ray_number read = {0};
    struct python_number text;

    if (value->kind == YAML_BOOL) {
        read = (struct ray_number){ray_releases(0, 0), value->boolean};
    } else if (ray_is_integer(value)) {
        read = (struct ray_number){ray_releases(0, 0), value->number};
    } else if (value->kind == YAML_FLOAT) {
        read = (struct ray_number){ray_pydantic_1(), trunc(value->number)};
    } else if (value->kind == YAML_STRING) {
        text = python_integer(arena, value->text);
        read = (struct ray_number){read_by(text.v1, text.v2), text.number};
    }
    return read;
}

struct ray_number ray_read_number(struct arena *arena, const struct yaml_value *value)
{
    struct ray_number read = {0};
    struct python_number text;

    if (value->kind == YAML_BOOL) {
        read = (struct ray_number){ray_releases(0, 0), value->boolean};
    } else if (value->kind == YAML_INTEGER || value->kind == YAML_FLOAT) {
        read = (struct ray_number){ray_releases(0, 0), value->number};
    } else if (value->kind == YAML_STRING) {
        text = python_float(arena, value->text);
        read = (struct ray_number){read_by(text.v1, text.v2), text.number};
    }
    return read;
}

static bool same_word(struct bytes text, const char *word)
{
    size_t i = 0;

    for (; i < text.size && word[i]; i++)
        if ((text.data[i] | ('A' <= text.data[i] && text.data[i] <= 'Z' ? 0x20 : 0)) != word[i])
            return false;
    return i == text.size && !word[i];
}

static bool one_of(struct bytes text, const char *const *words)
{
    for (; *words; words++)
        if (same_word(text, *words))
            return true;
    return false;
}

uint64_t ray_read_boolean(const struct yaml_value *value, bool *ret)
{
    static const char *const yes[] = {"1", "on", "t", "true", "y", "yes", NULL};
    static const char *const no[] = {"0", "off", "f", "false", "n", "no", NULL};
    bool read = false;

    *ret = false;
    if (value->kind == YAML_BOOL) {
        *ret = value->boolean;
        read = true;
    } else if (value->kind == YAML_INTEGER) {
        *ret = value->integer == 1;
        read = value->integer == 0 || value->integer == 1;
    } else if (value->kind == YAML_STRING) {
        *ret = one_of(value->text, yes);
        read = *ret || one_of(value->text, no);
    }
    return read ? ray_releases(0, 0) : 0;
}

struct ray_words ray_read_text(struct arena *arena, const struct yaml_value *value)
{
    const char *text = NULL;

    if (value->kind == YAML_STRING)
        return (struct ray_words){ray_releases(0, 0), value->text};
    if (value->kind == YAML_BOOL)
        text = value->boolean ? "True" : "False";
    else if (value->kind == YAML_INTEGER)
        text = arena_printf(arena, "%lld", (long long)value->integer);
    else if (value->kind == YAML_FLOAT && ray_is_integer(value))
        text = arena_printf(arena, "%.0f", value->number);
    else if (value->kind == YAML_FLOAT)
        text = python_repr(arena, value->number);
    if (!text)
        return (struct ray_words){0};
    return (struct ray_words){ray_pydantic_1(), bytes_of(text)};
}

/* The bytes of the UTF-8 character that starts here. */
static size_t character(struct bytes text)
{
    size_t size = 1;

    while (size < text.size && ((unsigned char)text.data[size] & 0xC0) == 0x80)
        size++;
    return size;
}

/* dict() takes any two things for a pair: a list, a text of two characters, a mapping's keys. */
static bool read_pair(struct arena *arena, const struct yaml_value *item, struct yaml_value *pair)
{
    struct bytes rest = item->text;

    if (item->kind == YAML_SEQUENCE && item->count == 2) {
        struct ray_words key = ray_read_text(arena, item->first);

        *pair = *item->first->next;
        pair->key = item->first->kind == YAML_NULL ? "None" : arena_copy(arena, key.text);
        return item->first->kind != YAML_SEQUENCE && item->first->kind != YAML_MAPPING;
    }
    if (item->kind == YAML_MAPPING && item->count == 2) {
        *pair = *item->first->next;
        pair->kind = YAML_STRING;
        pair->text = bytes_of(pair->key);
        pair->key = item->first->key;
        return true;
    }
    if (item->kind != YAML_STRING || rest.size == 0)
        return false;
    *pair = *item;
    pair->key = arena_copy(arena, (struct bytes){rest.data, character(rest)});
    pair->text = (struct bytes){rest.data + character(rest), rest.size - character(rest)};
    return pair->text.size > 0 && character(pair->text) == pair->text.size;
}

const struct yaml_value *ray_read_mapping(struct arena *arena, const struct yaml_value *value)
{
    struct yaml_value *mapping, *pairs;
    size_t i = 0;

    if (value->kind == YAML_MAPPING)
        return value;
    if (value->kind != YAML_SEQUENCE && !(value->kind == YAML_STRING && value->text.size == 0))
        return NULL;
    mapping = arena_alloc(arena, sizeof *mapping);
    pairs = arena_array(arena, value->count, sizeof *pairs);
    if (!mapping || (value->count && !pairs))
        return NULL;
    *mapping = *value;
    mapping->kind = YAML_MAPPING;
    mapping->first = NULL;
    mapping->count = value->kind == YAML_SEQUENCE ? value->count : 0;
    if (!mapping->count)
        return mapping;
    for (const struct yaml_value *item = value->first; item; item = item->next, i++) {
        if (!read_pair(arena, item, &pairs[i]))
            return NULL;
        pairs[i].next = item->next ? &pairs[i + 1] : NULL;
        pairs[i].key_line = pairs[i].key_column = 0;
    }
    mapping->first = pairs;
    return mapping;
}
