/* SPDX-License-Identifier: Apache-2.0 */
/* What would be decided otherwise, each object and change once with how often it came. */
#ifndef CLI_REPLAY_CHANGES_H
#define CLI_REPLAY_CHANGES_H

#include "admission/decision.h"

enum {
    CHANGES_LISTED_MAX = 1000, /* others are counted only */
    CHANGE_FINDINGS_MAX = 20,
    CHANGE_TIME_ROOM = 32,
};

/* A rule whose level is another now. */
struct rule_change {
    const char *rule;
    enum level was, is;
    /* What it says now; NULL where it is off now. */
    const char *field, *message, *fix;
};

struct change {
    struct change *next;
    enum decision_change weight;
    enum admit_stage stage;
    const char *namespace, *name;
    struct decision was, is; /* without levels: those are in rules */
    struct rule_change rules[CHANGE_FINDINGS_MAX];
    size_t rule_count; /* all; at most CHANGE_FINDINGS_MAX are kept */
    char first_time[CHANGE_TIME_ROOM];
    /* Of the last time; cut where it does not fit. */
    char time[CHANGE_TIME_ROOM], operation[16], user[128];
    size_t times;
    uint64_t hash;
};

struct changes {
    struct arena *arena; /* where they live */
    struct change *first, **last;
    size_t count;
    size_t unlisted; /* decisions whose change found no room */
};

struct changes changes_new(struct arena *arena);

/* One decision that is not the same now: who asked is in the record, what is found now in the
 * verdict. Nothing of them has to outlive the call. */
void changes_add(struct changes *changes, const struct decision_record *record,
                 const struct decision *was, const struct decision *is,
                 const struct verdict *verdict);

#endif
