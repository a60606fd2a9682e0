/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the webhook is told: what to inject, which operator runs, how heavy each rule is where, what
 * is limited, and who is exempt. Immutable while requests run; read from one YAML file by
 * policy_read(), or policy_default.
 */
#ifndef ADMISSION_POLICY_H
#define ADMISSION_POLICY_H

#include "core/problem.h"
#include "core/text.h"
#include "ray/version.h"
#include "rules/limits.h"

#include <stdint.h>

enum policy_level {
    POLICY_UNSAID,
    POLICY_DEFAULT, /* the rule's own */
    POLICY_OFF,
    POLICY_AUDIT,
    POLICY_WARN,
    POLICY_DENY,
};

struct policy_levels {
    const unsigned char *of_rule; /* enum policy_level, by the rule's index; NULL: none is named */
    unsigned char others;         /* "*" */
};

enum policy_inject {
    POLICY_INJECT_NOT,
    POLICY_INJECT_AUDIT, /* nothing is written, and all is judged as if it were */
    POLICY_INJECT,
};

/* What is said for all namespaces, or for some. */
struct policy_scope {
    struct policy_levels levels;
    struct rule_limits limits;
    unsigned char at_most; /* enum policy_level: audit or more; POLICY_UNSAID: all it weighs */
};

struct policy_namespace {
    struct limit_texts match; /* patterns with * and ? */
    struct policy_scope scope;
};

struct policy_exemption {
    const char *namespace, *name; /* patterns */
    struct limit_texts rules;     /* "*": all */
    int32_t until;                /* the last day, as 20270131 */
    const char *reason;
};

struct policy_list {
    const void *items;
    size_t count;
};

struct policy {
    const char *api_version, *kind;
    unsigned char inject_head_num_cpus; /* enum policy_inject */
    unsigned char inject_worker_probe;
    struct ray_release kuberay; /* the operator's version; 0.0.0: unknown, so refuse less */
    struct policy_scope scope;

    struct {
        const struct policy_namespace *items;
        size_t count;
    } namespaces;

    struct {
        const struct policy_exemption *items;
        size_t count;
    } exemptions;

    /* Set by whoever has a clock, in a copy: the day as 20270131 (UTC); 0: no exemption ends. */
    int32_t today;
};

extern const struct policy policy_default;

enum {
    POLICY_LARGEST = 1 << 20,      /* bytes of the file */
    POLICY_ARENA_LIMIT = 32 << 20, /* what the policy of such a file takes at most */
};

/* The policy of a file's bytes, in the arena; NULL with what is wrong, where, and what to write. */
const struct policy *policy_read(struct arena *arena, struct bytes text, struct problem *problem);

/* The day of a Unix time, as 20270131. */
int32_t policy_day(int64_t unix_seconds);

/* The JSON Schema of that file, for editors. */
void policy_schema_write(struct text *out);

#endif
