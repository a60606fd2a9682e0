/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values of a policy file: each function reads one into *ret, or says with line and column what
 * is wrong and what to write, and returns false.
 */
#ifndef ADMISSION_POLICY_VALUE_H
#define ADMISSION_POLICY_VALUE_H

#include "admission/policy_fields.h"
#include "core/path.h"
#include "core/yaml.h"

struct policy_reader {
    struct arena *arena; /* of the policy */
    struct problem *problem;
};

struct policy_mark {
    unsigned line, column;
};

static inline struct policy_mark mark_of(const struct yaml_value *value)
{
    return (struct policy_mark){value->line, value->column};
}

static inline struct policy_mark mark_of_key(const struct yaml_value *value)
{
    return (struct policy_mark){value->key_line, value->key_column};
}

/* Always false. The place, and what to write there. */
bool policy_wrong(const struct policy_reader *reader, const struct path *at,
                  struct policy_mark mark, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same for a value that is none of what may be written there. */
bool policy_not_so(const struct policy_reader *reader, const struct path *at,
                   const struct yaml_value *value, const char *write);

/* All kinds but objects. */
bool policy_read_value(const struct policy_reader *reader, const struct path *at,
                       const struct yaml_value *value, const struct policy_field *field, void *ret);

#endif
