/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines and columns of a YAML text. libyaml counts characters; people and editors point at bytes.
 */
#ifndef CORE_YAML_PLACE_H
#define CORE_YAML_PLACE_H

#include "core/bytes.h"

#include <stdbool.h>

struct yaml_mark {
    unsigned line, column; /* from 1, columns in bytes */
};

/* libyaml's line breaks: CR LF, CR, LF, NEL, LS, PS. The size; 0 if there is none here. */
size_t yaml_line_break(struct bytes text, size_t at);

/* The place of the next line break, or the end of the text. */
size_t yaml_line_end(struct bytes text, size_t at);

struct yaml_places {
    struct bytes text;
    bool narrow;          /* every character is one byte */
    bool wide;            /* UTF-16: columns stay characters */
    size_t start;         /* of the first character: behind a byte order mark */
    size_t index, offset; /* a character that was asked for, and its byte */
};

void yaml_places_init(struct yaml_places *places, struct bytes text);

/* Of libyaml's mark; calls go forward through the text, or a little back. */
struct yaml_mark yaml_place(struct yaml_places *places, size_t index, size_t line, size_t column);

/* The byte at which libyaml's character stands. */
size_t yaml_place_byte(struct yaml_places *places, size_t index);

struct yaml_mark yaml_place_of_byte(const struct yaml_places *places, size_t offset);

/* Do more lines than these begin with % before the first document does? */
bool yaml_places_many_directives(const struct yaml_places *places, size_t most);

/*
 * The first document ended before this character: the line where something else begins, its `---`
 * if it has one; 0 if only blanks, comments and markers follow.
 */
unsigned yaml_places_rest(struct yaml_places *places, size_t index);

#endif
