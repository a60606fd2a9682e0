/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How Ray reads a JSON value as another type. Up to 2.54 by pydantic v1's rules, from 2.55 by
 * pydantic v2's; the input is what the YAML became.
 */
#ifndef RAY_SCHEMA_COERCE_H
#define RAY_SCHEMA_COERCE_H

#include "core/arena.h"
#include "core/yaml.h"

enum { RAY_PYDANTIC_2 = 255 };

uint64_t ray_pydantic_1(void); /* 2.9 to 2.54 */
uint64_t ray_pydantic_2(void); /* from 2.55 */

struct ray_number {
    uint64_t releases; /* that take the value for one; no more is set where it is empty */
    double number;     /* may be infinite or NaN */
};

/* Without the fraction where pydantic v1 cuts it off. */
struct ray_number ray_read_integer(struct arena *arena, const struct yaml_value *value);
struct ray_number ray_read_number(struct arena *arena, const struct yaml_value *value);

/* Python's int: an integer in the JSON text, of any size. */
bool ray_is_integer(const struct yaml_value *value);

/* The releases that take the value for a bool; *ret: which. */
uint64_t ray_read_boolean(const struct yaml_value *value, bool *ret);

struct ray_words {
    uint64_t releases; /* that take the value for text */
    struct bytes text; /* as Python has it: `True`, `1.1` */
};

struct ray_words ray_read_text(struct arena *arena, const struct yaml_value *value);

/*
 * A mapping, or what Python's dict() makes of a list of pairs, which is how pydantic v1 reads an
 * object. NULL if it makes nothing.
 */
const struct yaml_value *ray_read_mapping(struct arena *arena, const struct yaml_value *value);

#endif
