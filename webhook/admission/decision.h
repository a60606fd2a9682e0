/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was decided about one object, without the object, and as a line of a file: what
 * `serve --record` writes and `replay` reads.
 */
#ifndef ADMISSION_DECISION_H
#define ADMISSION_DECISION_H

#include "admission/admit.h"
#include "core/json.h"

enum {
    DECISION_INJECTED_MAX = 20, /* injections that are listed; all are counted */
    DECISION_LABEL_MAX = 128,   /* bytes of one; what is longer is cut */
};

struct decision {
    bool allowed;
    const unsigned char *levels; /* enum level of each rule's heaviest finding, by rule index */
    const char *injected[DECISION_INJECTED_MAX];
    size_t injected_count;
};

/* Ask the arena afterwards. */
struct decision decision_of(struct arena *arena, const struct verdict *verdict);

/* What another decision about the same object means. */
enum decision_change {
    DECISION_SAME,
    DECISION_WARNS_OTHERWISE, /* the same object is stored; other rules or levels are said */
    DECISION_DIFFERS,         /* allowed, denied, or with other injections */
};

enum decision_change decision_compare(const struct decision *was, const struct decision *is);

/* ["head num-cpus","proxy probe in small-group"] */
void decision_put_injected(struct text *out, const struct decision *decision);

struct decision_record {
    const char *time;    /* RFC 3339 */
    const char *version; /* of the program */
    enum admit_stage stage;
    const char *uid, *operation, *namespace, *name, *user;
    bool dry_run;
    struct decision decision;
    struct bytes review; /* the AdmissionReview, as it came; empty: not recorded */
    bool bare;           /* the line is an AdmissionReview and nothing else: nothing was decided */
};

/*
 * The line but for its end: after it come the review's own bytes, where it has one, and
 * DECISION_RECORD_END. So a review of megabytes need not be copied into the arena.
 */
void decision_record_begin(struct text *out, const struct decision_record *record);

#define DECISION_RECORD_END "}"

/* A line may be so long: an AdmissionReview at its limit and what is said about it. */
enum { DECISION_RECORD_MAX = (7 << 20) + (64 << 10) };

/* A line, its end left out. The record points into the arena and the line. JSON_INVALID: it is none
 * of ours; see the problem. */
enum json_status decision_record_read(struct arena *arena, struct bytes line,
                                      struct decision_record *ret, struct problem *problem);

#endif
