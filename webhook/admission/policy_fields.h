/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy file as a table: a row is a key, and makes its reading, its errors and its part of the
 * JSON Schema.
 */
#ifndef ADMISSION_POLICY_FIELDS_H
#define ADMISSION_POLICY_FIELDS_H

#include "admission/policy.h"

enum policy_kind {
    POLICY_SWITCH,  /* unsigned char: enum policy_inject */
    POLICY_WORD,    /* const char *: only what the example says */
    POLICY_TEXT,    /* const char * */
    POLICY_COUNT,   /* struct limit_most */
    POLICY_RELEASE, /* struct ray_release */
    POLICY_DATE,    /* int32_t */
    POLICY_TEXTS,   /* struct limit_texts */
    POLICY_RULES,   /* struct limit_texts of rules' names, or "*" */
    POLICY_LEVELS,  /* struct policy_levels */
    POLICY_AT_MOST, /* unsigned char: enum policy_level, audit or more */
    POLICY_OBJECT,  /* its fields are at the row's offset */
    POLICY_OBJECTS, /* a pointer to them and a count */
};

/* What a text has to be, for the reader and for editors. */
struct policy_form {
    bool (*good)(const char *text);
    const char *write;   /* what to write instead */
    const char *pattern; /* of the schema, in JSON's escapes */
};

struct policy_shape {
    const struct policy_field *fields;
    size_t count;
    size_t size; /* of the struct; for POLICY_OBJECTS */
};

struct policy_field {
    const char *name;
    enum policy_kind kind;
    bool required;
    size_t offset;                   /* from the struct of the object it is in */
    const char *example;             /* as it would be typed behind the key */
    const char *help;                /* one sentence, for editors */
    const struct policy_form *form;  /* of texts */
    const struct policy_shape *part; /* of objects */
};

extern const struct policy_shape policy_shape;

/* Levels by enum policy_level; the first is NULL. */
extern const char *const policy_level_names[POLICY_DENY + 1];

/* Rules that /mutate says, which never denies. */
bool policy_can_deny(size_t rule_index);

#endif
