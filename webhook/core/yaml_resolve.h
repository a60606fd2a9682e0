/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What yaml.v2 makes of a scalar (its resolve.go): the type decides how the value and how the key
 * is written as JSON.
 */
#ifndef CORE_YAML_RESOLVE_H
#define CORE_YAML_RESOLVE_H

#include "core/arena.h"

#include <stdint.h>

enum yaml_type {
    YAML_TYPE_NULL,
    YAML_TYPE_BOOL,
    YAML_TYPE_INT,
    YAML_TYPE_UINT, /* above INT64_MAX only */
    YAML_TYPE_FLOAT,
    YAML_TYPE_STRING,
};

struct yaml_resolved {
    enum yaml_type type;
    bool boolean;
    int64_t integer;
    uint64_t large; /* of YAML_TYPE_UINT */
    double number;  /* of the float; of the integers, converted */
    struct bytes text;
};

/*
 * tag: NULL, or in full ("tag:yaml.org,2002:int"). implicit: plain, or tagged `!`. The text is kept
 * by reference unless the tag decodes it. Returns NULL, or what is wrong as a sentence about `it`.
 */
const char *yaml_resolve(struct arena *arena, const char *tag, bool implicit, struct bytes text,
                         struct yaml_resolved *ret);

/*
 * As sigs.k8s.io/yaml writes keys: floats as float32. NULL: it knows no text for this one. A NUL
 * reads U+2400, since what reads keys reads C strings, and "a\0b" must not be `a`.
 */
const char *yaml_key_text(struct arena *arena, const struct yaml_resolved *resolved);

#endif
