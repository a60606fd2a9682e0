/* SPDX-License-Identifier: Apache-2.0 */
/* The only file that sees cJSON. Struct json is never defined: it is a cJSON under another name. */
#include "core/json.h"

#include "core/json_scan.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>

/* The arena that cJSON allocates from while json_parse() runs in this thread. */
static _Thread_local struct arena *parse_arena;

static void *allocate(size_t size)
{
    return arena_take(parse_arena, size);
}

static void forget(void *place)
{
    (void)place;
}

/* cJSON's hooks are global: set once, before main() and so before any thread. */
__attribute__((constructor)) static void install_hooks(void)
{
    cJSON_Hooks hooks = {.malloc_fn = allocate, .free_fn = forget};

    cJSON_InitHooks(&hooks);
}

static const cJSON *node(const struct json *value)
{
    return (const cJSON *)(const void *)value;
}

static const struct json *value_of(const cJSON *item)
{
    return (const struct json *)(const void *)item;
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const cJSON *const *)a)->string, (*(const cJSON *const *)b)->string);
}

enum { FEW_MEMBERS = 12 }; /* up to here comparing all pairs is faster than sorting */

static const cJSON *duplicate_among_few(const cJSON *object)
{
    for (const cJSON *a = object->child; a; a = a->next)
        for (const cJSON *b = a->next; b; b = b->next)
            if (a->string[0] == b->string[0] && strcmp(a->string, b->string) == 0)
                return b;
    return NULL;
}

static const cJSON *duplicate_among_many(struct arena *arena, const cJSON *object, size_t count)
{
    const cJSON **members = arena_array(arena, count, sizeof *members), **end = members;

    if (!members)
        return NULL;
    for (const cJSON *member = object->child; member; member = member->next)
        *end++ = member;
    qsort(members, count, sizeof *members, by_name);
    for (size_t i = 1; i < count; i++)
        if (strcmp(members[i - 1]->string, members[i]->string) == 0)
            return members[i];
    return NULL;
}

/* A member whose name its object has twice, anywhere below; readers disagree on which one counts.
 */
static const cJSON *duplicate(struct arena *arena, const cJSON *item)
{
    const cJSON *found = NULL;
    size_t count = 0;

    for (const cJSON *each = item->child; each && !found; each = each->next, count++)
        if (each->child)
            found = duplicate(arena, each);
    if (found || !cJSON_IsObject(item) || count < 2)
        return found;
    return count <= FEW_MEMBERS ? duplicate_among_few(item)
                                : duplicate_among_many(arena, item, count);
}

static char *append(char *end, struct bytes bytes)
{
    memcpy(end, bytes.data, bytes.size);
    return end + bytes.size;
}

/* The text with null in place of what nobody reads: cJSON takes many instructions a byte. */
static struct bytes without_gaps(struct arena *arena, struct bytes text,
                                 const struct json_gaps *gaps)
{
    const struct bytes null = BYTES("null");
    const char *at = text.data, *text_end = text.data + text.size;
    char *copy, *end;

    if (!gaps->count)
        return text;
    copy = end = arena_take(arena, text.size + gaps->count * null.size);
    if (!copy)
        return (struct bytes){0};
    for (size_t i = 0; i < gaps->count; i++) {
        struct bytes gap = gaps->values[i];

        end = append(end, (struct bytes){at, (size_t)(gap.data - at)});
        end = append(end, null);
        at = gap.data + gap.size;
    }
    end = append(end, (struct bytes){at, (size_t)(text_end - at)});
    return (struct bytes){copy, (size_t)(end - copy)};
}

enum json_status json_parse(struct arena *arena, struct bytes text,
                            const struct json_limits *limits, const struct json **ret,
                            struct problem *problem)
{
    struct json_gaps gaps;
    enum json_status status = json_scan_gaps(text, limits, &gaps, problem);
    const cJSON *root, *twice;

    if (status)
        return status;
    text = without_gaps(arena, text, &gaps);
    if (!text.data)
        return JSON_NO_MEMORY;
    parse_arena = arena;
    root = cJSON_ParseWithLengthOpts(text.data, text.size, NULL, false);
    parse_arena = NULL;
    if (!root)
        return arena_exhaust(arena), JSON_NO_MEMORY;
    twice = duplicate(arena, root);
    if (arena_exhausted(arena))
        return JSON_NO_MEMORY;
    if (twice) {
        problem_set(problem, 0, 0, "the member \"%.80s\" stands twice in one object",
                    twice->string);
        return JSON_INVALID;
    }
    *ret = value_of(root);
    return JSON_OK;
}

enum json_kind json_kind(const struct json *value)
{
    if (!value)
        return JSON_ABSENT;
    switch (node(value)->type & 0xff) {
    case cJSON_String:
        return JSON_STRING;
    case cJSON_Object:
        return JSON_OBJECT;
    case cJSON_Array:
        return JSON_ARRAY;
    case cJSON_Number:
        return JSON_NUMBER;
    case cJSON_True:
    case cJSON_False:
        return JSON_BOOL;
    default:
        return JSON_NULL;
    }
}

/* Most names that are not the one looked for differ in their first letter. */
const struct json *json_member_of(const struct json *object, struct bytes key)
{
    if (json_kind(object) != JSON_OBJECT)
        return NULL;
    for (const cJSON *each = node(object)->child; each; each = each->next)
        if (each->string[0] == key.data[0] && strncmp(each->string, key.data, key.size) == 0 &&
            !each->string[key.size])
            return value_of(each);
    return NULL;
}

const struct json *json_get(const struct json *object, const char *dotted)
{
    while (object && *dotted) {
        size_t length = (size_t)(strchrnul(dotted, '.') - dotted);

        object = json_member_of(object, (struct bytes){dotted, length});
        dotted += length + (dotted[length] == '.');
    }
    return object;
}

const struct json *json_first(const struct json *container)
{
    return container ? value_of(node(container)->child) : NULL;
}

const struct json *json_next(const struct json *value)
{
    return value ? value_of(node(value)->next) : NULL;
}

const char *json_key(const struct json *member)
{
    return member ? node(member)->string : NULL;
}

size_t json_count(const struct json *container)
{
    size_t count = 0;

    for (const struct json *each = json_first(container); each; each = json_next(each))
        count++;
    return count;
}

const char *json_string(const struct json *value)
{
    return json_kind(value) == JSON_STRING ? node(value)->valuestring : NULL;
}

bool json_integer(const struct json *value, int64_t *ret)
{
    const double exact = 9007199254740992.0; /* 2^53: above, doubles skip integers */
    double number;

    if (json_kind(value) != JSON_NUMBER)
        return false;
    number = node(value)->valuedouble;
    if (!(number > -exact && number < exact) || floor(number) != number)
        return false;
    *ret = (int64_t)number;
    return true;
}

bool json_true(const struct json *value)
{
    return value && cJSON_IsTrue(node(value));
}

bool json_scalar_equal(const struct json *a, const struct json *b)
{
    enum json_kind kind = json_kind(a);

    if (kind != json_kind(b))
        return false;
    switch (kind) {
    case JSON_STRING:
        return strcmp(node(a)->valuestring, node(b)->valuestring) == 0;
    case JSON_NUMBER:
        return !(node(a)->valuedouble < node(b)->valuedouble) &&
               !(node(a)->valuedouble > node(b)->valuedouble);
    case JSON_BOOL:
        return json_true(a) == json_true(b);
    case JSON_ABSENT:
    case JSON_NULL:
        return true;
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
    return false;
}

static void write_number(struct text *out, double number)
{
    if (!isfinite(number)) /* 1e999 is JSON; inf is not */
        text_puts(out, number > 0 ? "1e999" : "-1e999");
    else if (floor(number) == number && fabs(number) < 1e15)
        text_printf(out, "%lld", (long long)number);
    else
        text_printf(out, "%.17g", number);
}

static void write_container(struct text *out, const struct json *value, bool object)
{
    text_putc(out, object ? '{' : '[');
    for (const struct json *each = json_first(value); each; each = json_next(each)) {
        if (each != json_first(value))
            text_putc(out, ',');
        if (object)
            text_json_key(out, json_key(each));
        json_write(out, each);
    }
    text_putc(out, object ? '}' : ']');
}

void json_write(struct text *out, const struct json *value)
{
    switch (json_kind(value)) {
    case JSON_OBJECT:
    case JSON_ARRAY:
        write_container(out, value, json_kind(value) == JSON_OBJECT);
        break;
    case JSON_STRING:
        text_json(out, json_string(value));
        break;
    case JSON_NUMBER:
        write_number(out, node(value)->valuedouble);
        break;
    case JSON_BOOL:
        text_puts(out, json_true(value) ? "true" : "false");
        break;
    case JSON_ABSENT:
    case JSON_NULL:
        text_puts(out, "null");
        break;
    }
}
