/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/manifest/field.h"

#include "core/json.h"

/* ["a.b"]: a JSON string between brackets. */
static bool quoted_step(struct arena *arena, const char **field, const struct path *up,
                        struct path *ret)
{
    static const struct json_limits one_string = {.depth = 1, .values = 1};
    const char *start = *field + 1, *end = start + 1;
    const struct json *key;
    struct problem problem;

    while (*end && *end != '"')
        end += *end == '\\' && end[1] ? 2 : 1;
    if (!*end || end[1] != ']')
        return false;
    end++;
    if (json_parse(arena, (struct bytes){start, (size_t)(end - start)}, &one_string, &key,
                   &problem) != JSON_OK)
        return false;
    *field = end + 1;
    *ret = path_child_key(up, json_string(key));
    return true;
}

static bool index_step(const char **field, const struct path *up, struct path *ret)
{
    const char *digits = *field + 1;
    size_t size = strspn(digits, "0123456789"), index = 0;

    if (size == 0 || size > 9 || digits[size] != ']')
        return false;
    for (size_t i = 0; i < size; i++)
        index = index * 10 + (size_t)(digits[i] - '0');
    *field = digits + size + 1;
    *ret = path_child_index(up, index);
    return true;
}

bool field_step(struct arena *arena, const char **field, const struct path *up, struct path *ret)
{
    size_t size;

    if (strncmp(*field, "[\"", 2) == 0)
        return quoted_step(arena, field, up, ret);
    if (**field == '[')
        return index_step(field, up, ret);
    *field += **field == '.';
    size = strcspn(*field, ".[:");
    if (size == 0)
        return false;
    *ret = path_child_key(up, arena_copy(arena, (struct bytes){*field, size}));
    *field += size;
    return true;
}
