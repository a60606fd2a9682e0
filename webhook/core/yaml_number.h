/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as Go's strconv reads and writes them: for YAML's plain scalars and for JSON. */
#ifndef CORE_YAML_NUMBER_H
#define CORE_YAML_NUMBER_H

#include "core/yaml_resolve.h"

/* These set type and value, and leave ret alone if the text is something else. */

/* ParseInt and ParseUint with base 0: `010` is 8, `0x10` is 16. */
bool yaml_read_integer(struct bytes text, struct yaml_resolved *ret);

/* `0b-11`, which yaml.v2 takes for -3. */
bool yaml_read_signed_binary(struct bytes text, struct yaml_resolved *ret);

/* ^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$: whole numbers too. */
bool yaml_looks_like_float(struct bytes text);

/* A decimal number that a double can hold. The text must be NUL-terminated. */
bool yaml_read_float(struct bytes text, struct yaml_resolved *ret);

/* Does every underscore stand between two digits? */
bool yaml_underscores_separate(struct bytes text);

/* The size of yaml_format_number()'s text, with its NUL. */
enum { YAML_NUMBER_SIZE = 32 };

/*
 * The shortest digits that read back as the same number (bits: 64, or 32 for a float32), with an
 * exponent below 10^below and from 10^above on. Finite numbers only.
 */
void yaml_format_number(double number, int bits, int below, int above, char ret[YAML_NUMBER_SIZE]);

/*
 * Does the number's JSON text read as an integer that fits? From 2^53 on that is not the number
 * itself: the shortest digits end in zeros that it need not have.
 */
bool yaml_is_integer(double number, int64_t *ret);

#endif
