/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything the program does, as one function: the bytes of an AdmissionReview in, the bytes of
 * the answer out. No I/O, clock, thread or global; the same request gets the same answer
 * everywhere.
 */
#ifndef ADMISSION_ADMIT_H
#define ADMISSION_ADMIT_H

#include "admission/patch.h"
#include "admission/policy.h"
#include "core/finding.h"
#include "ray/placement.h"
#include "ray/serve_config.h"
#include "ray/service.h"

enum admit_stage { ADMIT_MUTATE, ADMIT_VALIDATE };

enum admit_status {
    ADMIT_OK,          /* the answer is an AdmissionReview: HTTP 200, allowed or not */
    ADMIT_BAD_REQUEST, /* the caller is wrong: HTTP 400 */
    ADMIT_TOO_LARGE,   /* over a limit: HTTP 413 */
    ADMIT_FAILED,      /* we are: HTTP 500, so that failurePolicy decides */
};

/* What was decided, for the log, the metrics and the command line. Points into the arena. */
struct verdict {
    const char *uid, *operation, *namespace, *name, *user; /* "" where the request has none */
    bool dry_run;
    bool reviewed; /* false: not ours to judge (another kind, DELETE, deletion, unchanged spec) */
    bool allowed;
    struct findings findings;
    struct patch patch;
    const char *would_inject; /* by /mutate, where the policy only looks on */
    const char *error;        /* one sentence, unless ADMIT_OK */
    /* What was looked at; NULL unless reviewed. /mutate reads the config only where it has to. */
    const struct ray_service *service;
    const struct serve_config *config;
    const struct placement *placement;
};

/* How much of the arena a request may need: arena_new(ADMIT_ARENA_LIMIT). */
#define ADMIT_ARENA_LIMIT ((size_t)96 * 1024 * 1024)

/* ret_answer: an AdmissionReview, or with another status one sentence of plain text. */
enum admit_status admit(struct arena *arena, enum admit_stage stage, const struct policy *policy,
                        struct bytes request, struct bytes *ret_answer,
                        struct verdict *ret_verdict);

#endif
