/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is counted, and how Prometheus reads it. Counting is one atomic addition; the series of the
 * rules come from the rule table. One process has one set of them.
 */
#ifndef SERVER_METRICS_H
#define SERVER_METRICS_H

#include "core/finding.h"
#include "server/connections.h"
#include "server/recorder.h"

#include <stdint.h>

enum metrics_path { METRICS_MUTATE, METRICS_VALIDATE, METRICS_OTHER, METRICS_PATHS };

enum metrics_decision {
    METRICS_ALLOWED,
    METRICS_DENIED,
    METRICS_SKIPPED, /* not ours to judge */
    METRICS_REFUSED, /* no AdmissionReview, or over a limit */
    METRICS_FAILED,  /* our fault */
    METRICS_DECISIONS,
};

extern const char *const metrics_decision_names[METRICS_DECISIONS];

/* Before the sandbox: it opens a file. False if there is no memory for the rules' counters. */
bool metrics_start(void);
void metrics_stop(void);

void metrics_request(enum metrics_path path, unsigned status);
void metrics_decision(enum metrics_path path, enum metrics_decision decision, int64_t nanoseconds);
void metrics_findings(const struct findings *findings);
void metrics_injections(size_t count);
/* Certificate, key and client CA were read again; good: they are in force now. */
void metrics_reload(bool good);
/* The policy was read; good: it is in force now. */
void metrics_policy(bool good);
void metrics_client_refused(void);
/* The serving certificate's life, in Unix seconds. */
void metrics_certificate(int64_t begins, int64_t expires);

/* What is known elsewhere at the moment of writing. */
struct metrics_view {
    struct connections *webhook, *plain;
    const struct recorder *recorder; /* or NULL */
    bool ready;
};

/* The text format, version 0.0.4. */
void metrics_write(struct text *out, const struct metrics_view *view);

#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

#endif
