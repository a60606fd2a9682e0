/* SPDX-License-Identifier: Apache-2.0 */
/*
 * go-yaml v2 is a translation of an older libyaml, and scans a few things differently from libyaml
 * 0.2.5. Where it refuses what libyaml takes, so do we; where it takes what libyaml refuses or
 * reads otherwise, libyaml is given a text in which the bytes in question are replaced by a
 * stand-in that it reads as go-yaml reads the original, and scalars get the original back.
 *
 *   "\'"      go-yaml: a single quote            libyaml: unknown escape
 *   "\/"      go-yaml: unknown escape            libyaml: a slash
 *   {a:}      go-yaml: the key `a:`              libyaml: unexpected ':'
 *   {a?b}     go-yaml: `?` ends the plain text   libyaml: the text `a?b`
 *   !a,b x    go-yaml: the tag `!a,b`, also with [ and ]     libyaml: ends at the comma
 *   U+FEFF    go-yaml: a character like others   libyaml: nothing, at the start of a line
 */
#ifndef CORE_YAML_DIALECT_H
#define CORE_YAML_DIALECT_H

#include "core/arena.h"

struct yaml_dialect {
    struct arena *arena;
    struct bytes text; /* what libyaml is to read: as long as the original, byte for byte */
    char *copy;        /* the same, where it is not the original */
    unsigned again;    /* how often it was changed after libyaml had read it */
    /* Stand-ins, "" where there is none. */
    char slash[4], colon[4], quote[4], mark[4];
};

enum yaml_dialect_verdict {
    YAML_DIALECT_AGREES,
    YAML_DIALECT_REFUSES, /* go-yaml does; `why` says what */
    YAML_DIALECT_AGAIN,   /* the text is changed: read it once more */
    YAML_DIALECT_GIVES_UP /* no stand-in is left, or this happened too often */
};

/* False if there is no stand-in left for what must be replaced. */
bool yaml_dialect_init(struct yaml_dialect *dialect, struct arena *arena, struct bytes text);

/* libyaml refused the text at this byte, for this reason. */
enum yaml_dialect_verdict yaml_dialect_refused(struct yaml_dialect *dialect, const char *problem,
                                               size_t offset);

/* A node in a flow collection begins at this byte: is its tag go-yaml's too? */
enum yaml_dialect_verdict yaml_dialect_tag(struct yaml_dialect *dialect, size_t offset);

/* A scalar's text as it was, where libyaml reads a copy. The same if the arena is exhausted. */
struct bytes yaml_dialect_restore(const struct yaml_dialect *dialect, struct bytes text);

/* Does an empty collection, `{}` or `[]`, begin here, or after blanks, line breaks and comments? */
bool yaml_dialect_is_empty(const struct yaml_dialect *dialect, size_t offset);

/* Does a %YAML line begin here with more digits than go-yaml takes? */
bool yaml_dialect_odd_version(const struct yaml_dialect *dialect, size_t offset);

/* Behind the %TAG lines that begin here. */
size_t yaml_dialect_skip_tags(const struct yaml_dialect *dialect, size_t offset);

#endif
