/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rule is one row: what it is called, how heavy it is, why it is there, and the function that
 * looks. Everything else (the `rules` command, RULES.md, the metric series, the policy's names)
 * comes from the rows. Rules are pure: they read the input and add findings.
 */
#ifndef RULES_RULE_H
#define RULES_RULE_H

#include "core/finding.h"
#include "ray/placement.h"
#include "ray/schema.h"
#include "ray/serve_config.h"
#include "ray/service.h"
#include "ray/version.h"
#include "rules/limits.h"

struct rule_input {
    struct arena *arena;
    const struct ray_service *service;
    const struct ray_service *previous; /* the stored one; NULL on CREATE */
    const struct serve_config *config;
    const struct ray_faults *faults; /* of config, by release; none if it could not be read */
    const struct placement *placement;
    struct ray_versions versions;
    struct ray_release kuberay; /* the operator's version; 0.0.0: unknown */
    bool head_count_is_ours;    /* the head's CPU count was injected: its own would be welcome */
    const struct rule_limits *limits; /* the policy's; NULL: none */
};

struct rule {
    const char *name;    /* what people read, search for and put into policies; never reused */
    enum level level;    /* by default */
    const char *summary; /* one line */
    const char *why;     /* what happens on the cluster without it */
    const char *example; /* what fires it */
    const char *fix;     /* what to do */
    /* NULL: not a question to the object alone; admission/ reports it while it injects. */
    void (*check)(const struct rule_input *input, struct findings *findings);
};

struct rule_family {
    const char *name; /* the file's name, and the folder of its cases */
    const char *title;
    const struct rule *rules;
    size_t count;
};

#define RULE_FAMILY(family_name, family_title, table)                                              \
    {                                                                                              \
        .name = (family_name), .title = (family_title), .rules = (table),                          \
        .count = sizeof(table) / sizeof *(table),                                                  \
    }

/* All families, the most important first: the order of findings. */
extern const struct rule_family *const rule_families[];
extern const size_t rule_family_count;

/* NULL if there is none. */
const struct rule *rule_find(const char *name);

/* The place of a rule in the table over all families, from 0; (size_t)-1 if there is none. */
size_t rule_index(const char *name);
size_t rule_count(void);
const struct rule *rule_at(size_t index);

/* What is reported next is this rule's, at its default level. The name must be in the table. */
void rule_begin(const char *name, struct findings *findings);

/* Runs every rule at its default level; what they found is not sorted yet. */
void rules_run(const struct rule_input *input, struct findings *findings);

#endif
