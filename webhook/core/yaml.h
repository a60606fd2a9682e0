/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML as Kubernetes reads it: sigs.k8s.io/yaml on yaml.v2's rules (YAML 1.1 syntax, `yes` is true,
 * `010` is 8, duplicate keys: the last wins, merge keys, anchors), turned into JSON's kinds of
 * value. libyaml scans and parses (only yaml.c knows); resolution is ours (yaml_resolve.c). Values
 * live in the arena and are never changed by readers.
 */
#ifndef CORE_YAML_H
#define CORE_YAML_H

#include "core/arena.h"
#include "core/problem.h"
#include "core/text.h"

#include <stdint.h>

enum yaml_kind {
    YAML_NULL,
    YAML_BOOL,
    YAML_INTEGER, /* a JSON number without a fraction that fits int64: `3.0` is one too */
    YAML_FLOAT,
    YAML_STRING,
    YAML_SEQUENCE,
    YAML_MAPPING,
};

struct yaml_value {
    enum yaml_kind kind;
    bool boolean;
    bool plain;  /* a plain scalar: what it means was decided by its spelling */
    bool merged; /* a member that came through `<<`: its place is in the mapping it comes from */
    int64_t integer;
    double number;     /* set for YAML_INTEGER too */
    struct bytes text; /* of a string, decoded; of another plain scalar, as it was written */
    unsigned line, column;

    /* What it is called in its mapping: NULL in a sequence and at the root. */
    const char *key;       /* as JSON would have it: `y:` is "true"; a NUL in it reads U+2400 */
    struct bytes key_text; /* as it was written, quotes and escapes decoded; a NUL is a NUL */
    unsigned key_line, key_column;

    /* Members or items, in the order of the text; of duplicate keys the last, in the place of the
     * first. */
    const struct yaml_value *first, *next;
    size_t count;
};

/*
 * What the text lost on the way without an error: duplicate keys, and keys before a `<<` that has
 * them too. Keys after a `<<` that override it are meant, and are no loss.
 */
struct yaml_loss {
    const struct yaml_loss *next;
    const char *key;
    unsigned line, column;           /* of the one that counts */
    unsigned lost_line, lost_column; /* of the one that was overwritten */
};

struct yaml_document {
    const struct yaml_value *root; /* never NULL: an empty text is a YAML_NULL */
    const struct yaml_loss *losses;
    unsigned
        ignored_line; /* where a second document starts, which nobody reads; 0: there is none */
};

struct yaml_limits {
    size_t size;    /* bytes of the text */
    size_t values;  /* and keys, after aliases and merge keys were expanded; at most 400,000 */
    unsigned depth; /* of collections, in what aliases expand to as well */
};

enum yaml_status {
    YAML_OK,
    YAML_INVALID,   /* KubeRay can not read it either; see the problem */
    YAML_TOO_LARGE, /* over a limit of ours; see the problem */
    YAML_NO_MEMORY,
};

extern const struct yaml_limits yaml_default_limits;

/* Reads the first document. The text need not be NUL-terminated and must outlive nothing. */
enum yaml_status yaml_read(struct arena *arena, struct bytes text, const struct yaml_limits *limits,
                           struct yaml_document *ret, struct problem *problem)
    __attribute__((warn_unused_result));

/* NULL if value is no mapping or has no such key. Linear in its members. */
const struct yaml_value *yaml_member(const struct yaml_value *mapping, const char *key);

/* NULL if value is no sequence or has no such item. Linear in the index. */
const struct yaml_value *yaml_item(const struct yaml_value *sequence, size_t index);

/* Is it this string? NULL and values of other kinds are not. */
static inline bool yaml_is(const struct yaml_value *value, const char *string)
{
    return value && value->kind == YAML_STRING && bytes_are(value->text, string);
}

/* As encoding/json writes it after sigs.k8s.io/yaml: keys sorted, no blanks, < > & escaped. */
void yaml_write_json(struct text *out, const struct yaml_value *value);

#endif
