/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict JSON (RFC 8259). Values are cJSON's, and only json.c knows: a scan of the bytes goes first
 * and refuses what cJSON lets through (invalid UTF-8, control characters, \u0000, trailing bytes,
 * `01`, `1.`, duplicate keys) and what would make its tree large (depth, number of values).
 * Values live in the arena that was given to json_parse(), and are never changed.
 */
#ifndef CORE_JSON_H
#define CORE_JSON_H

#include "core/arena.h"
#include "core/path.h"
#include "core/problem.h"

#include <stdint.h>

enum json_kind {
    JSON_ABSENT,
    JSON_NULL,
    JSON_BOOL,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
};

enum json_status {
    JSON_OK,
    JSON_INVALID,   /* the text's fault; see the problem */
    JSON_TOO_LARGE, /* over a limit; see the problem */
    JSON_NO_MEMORY,
};

struct json;

/* Members that nobody reads: their values are scanned like all others, and then are null. */
struct json_unread {
    const char *key;                 /* NULL ends the list */
    const struct json_unread *below; /* of its members these are unread; NULL: all of it */
};

struct json_limits {
    unsigned depth;                   /* of arrays and objects, at most 512 */
    size_t values;                    /* each costs 64 bytes of the arena */
    const struct json_unread *unread; /* of the outermost object; NULL: all is read */
};

/* The scan alone: is this one JSON text within the limits? */
enum json_status json_scan(struct bytes text, const struct json_limits *limits,
                           struct problem *problem) __attribute__((warn_unused_result));

enum json_status json_parse(struct arena *arena, struct bytes text,
                            const struct json_limits *limits, const struct json **ret,
                            struct problem *problem) __attribute__((warn_unused_result));

/* All of these take NULL, which is absent: so lookups chain. */
enum json_kind json_kind(const struct json *value);
const struct json *json_member_of(const struct json *object, struct bytes key);

/* Case-sensitive. Inline, so that the length of a literal key is known where it stands. */
static inline const struct json *json_member(const struct json *object, const char *key)
{
    return json_member_of(object, bytes_of(key));
}

const struct json *json_get(const struct json *object,
                            const char *dotted); /* "a.b.c": plain keys */
const struct json *json_first(const struct json *container);
const struct json *json_next(const struct json *value);
const char *json_key(const struct json *member);
size_t json_count(const struct json *container);   /* walks it */
const char *json_string(const struct json *value); /* NULL if it is no string */
bool json_integer(const struct json *value,
                  int64_t *ret); /* false if it is no integer below 2^53 */
bool json_true(const struct json *value);

/*
 * The member of that name, looked for at the guess first: two objects usually have one order, so
 * each look-up goes on where the last one ended. Each further member it looks at takes one of
 * *steps; at 0 it gives up, and so does whoever owns the budget.
 */
const struct json *json_member_near(const struct json *object, const struct json *guess,
                                    const char *key, size_t *steps);

/* Same kind and same value; objects and arrays are never equal here. */
bool json_scalar_equal(const struct json *a, const struct json *b);

/*
 * Equal in meaning: members in any order, and what is absent, null or an object or list of nothing
 * is all the same (the operator's UPDATEs come from Go structs: `scaleStrategy: {}` comes and
 * goes). Bounded: two hostile objects with 100,000 members in other orders may be called different.
 */
bool json_equal_in_meaning(const struct json *a, const struct json *b);

/*
 * The bytes of the value at a path of a text that json_parse() took: for copying a value verbatim,
 * which a parsed number would not survive. Empty if there is nothing.
 */
struct bytes json_raw(struct bytes text, const struct path *path);

struct json_raw_entry {
    struct bytes key; /* with its quotes; empty in an array */
    struct bytes value;
};

/* The members or items of such a value, one after another: start with an entry of zeros. */
bool json_raw_next(struct bytes container, struct json_raw_entry *entry);

/* Writes the value as compact JSON. Numbers may be rounded: never put this into a patch. */
void json_write(struct text *out, const struct json *value);

#endif
