/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was found wrong, where, and what to do about it. Findings are written by rules and read by
 * whoever answers; both texts live in the arena. A finding that did not fit into memory is lost,
 * but the arena is exhausted then, and an exhausted arena gives no verdict.
 */
#ifndef CORE_FINDING_H
#define CORE_FINDING_H

#include "core/path.h"

#include <stdint.h>

enum level {
    LEVEL_OFF,
    LEVEL_AUDIT, /* logged and counted, not shown */
    LEVEL_WARN,
    LEVEL_DENY,
};

struct finding {
    struct finding *next;
    const char *rule; /* the rule's name */
    enum level level;
    enum level due;        /* what it would weigh if the policy held nothing back */
    unsigned order;        /* of its rule in the table: the more important come first */
    const char *field;     /* a path that `kubectl explain` knows; see path_field() */
    const char *message;   /* what is wrong, with the numbers; one line */
    const char *fix;       /* what to type; "" where nothing helps */
    unsigned line, column; /* in serveConfigV2's text; 0 elsewhere */
    /* An old fault forgives the same one and no worse: this value (NULL: whatever it is), and no
     * larger amount. Set by the few rules where another value is another fault. */
    const char *value;
    int64_t amount;
};

struct findings {
    struct arena *arena;
    struct finding *first, **last;
    size_t count;
    /* The rule that is being run: report() stamps it on what it adds. */
    const char *rule;
    enum level level;
    unsigned order;
    size_t of_this_rule;
};

/* One rule stores so many: more help nobody, and a hostile config has no end of faults. */
enum { FINDINGS_PER_RULE = 100 };

/* What is reported next is this rule's. */
void findings_begin(struct findings *findings, const char *rule, enum level level, unsigned order);

struct findings findings_new(struct arena *arena);

/*
 * Adds a finding of the running rule at a place; NULL if it is one too many, or without memory.
 * fix: what to type, or ""; it is printf text too, made by the caller with arena_printf() where it
 * has numbers in it.
 */
struct finding *report(struct findings *findings, const struct path *at, const char *fix,
                       const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The heaviest first, then in the order of the rule table, then in the order they were found. */
void findings_sort(struct findings *findings);

bool findings_deny(const struct findings *findings);

/* Those at LEVEL_OFF are forgotten. */
void findings_drop_off(struct findings *findings);

/* Of two of one rule about one field: is the first at least as bad as the other? */
bool finding_is_as_bad(const struct finding *is, const struct finding *like);

/* Is there one of the same rule about the same field? */
bool findings_have(const struct findings *findings, const struct finding *like);

size_t findings_at(const struct findings *findings, enum level level);

/* "deny", "warn", "audit", "off". */
const char *level_name(enum level level);

#endif
