/* SPDX-License-Identifier: Apache-2.0 */
#include "core/json.h"

enum { MOST_STEPS = 4 * 1000 * 1000 };

/* Absent, null, or an object or list with nothing but such in it. */
static bool is_empty(const struct json *value)
{
    enum json_kind kind = json_kind(value);

    if (kind == JSON_ARRAY)
        return !json_first(value);
    if (kind != JSON_OBJECT)
        return kind == JSON_ABSENT || kind == JSON_NULL;
    for (const struct json *each = json_first(value); each; each = json_next(each))
        if (!is_empty(each))
            return false;
    return true;
}

static bool equal(const struct json *a, const struct json *b, size_t *steps);

const struct json *json_member_near(const struct json *object, const struct json *guess,
                                    const char *key, size_t *steps)
{
    if (guess && strcmp(json_key(guess), key) == 0)
        return guess;
    for (const struct json *each = json_first(object); each && *steps; each = json_next(each)) {
        --*steps;
        if (strcmp(json_key(each), key) == 0)
            return each;
    }
    return NULL;
}

/* Members of b that a does not have at all; those it has were compared. */
static bool nothing_new_in(const struct json *a, const struct json *b, size_t *steps)
{
    const struct json *next = json_first(a);

    for (const struct json *each = json_first(b); each; each = json_next(each)) {
        const struct json *other = json_member_near(a, next, json_key(each), steps);

        if (!other && !is_empty(each))
            return false;
        next = other ? json_next(other) : next;
    }
    return true;
}

static bool members_equal(const struct json *a, const struct json *b, size_t *steps)
{
    const struct json *next = json_first(b);
    bool in_step = true;

    for (const struct json *each = json_first(a); each; each = json_next(each)) {
        const struct json *other = json_member_near(b, next, json_key(each), steps);

        if (!equal(each, other, steps))
            return false;
        in_step = in_step && other == next;
        next = other ? json_next(other) : next;
    }
    return (in_step && !next) || nothing_new_in(a, b, steps);
}

static bool items_equal(const struct json *a, const struct json *b, size_t *steps)
{
    for (a = json_first(a), b = json_first(b); a && b; a = json_next(a), b = json_next(b))
        if (!equal(a, b, steps))
            return false;
    return !a && !b;
}

static bool equal(const struct json *a, const struct json *b, size_t *steps)
{
    enum json_kind kind;

    if (!*steps)
        return false;
    if (json_scalar_equal(a, b))
        return true;
    kind = json_kind(a);
    if (kind != json_kind(b) || is_empty(a) || is_empty(b))
        return is_empty(a) && is_empty(b);
    --*steps;
    if (kind == JSON_OBJECT)
        return members_equal(a, b, steps);
    if (kind == JSON_ARRAY)
        return items_equal(a, b, steps);
    return json_scalar_equal(a, b);
}

bool json_equal_in_meaning(const struct json *a, const struct json *b)
{
    size_t steps = MOST_STEPS;

    return equal(a, b, &steps);
}
