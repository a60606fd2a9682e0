/* SPDX-License-Identifier: Apache-2.0 */
/* POST /mutate and POST /validate: a body to admit(), its answer back, one line in the log. */
#ifndef SERVER_REVIEW_H
#define SERVER_REVIEW_H

#include "server/http.h"
#include "server/policies.h"
#include "server/recorder.h"
#include "server/workers.h"

struct review {
    struct workers *workers;
    struct policies *policies;
    struct recorder *recorder; /* or NULL */
};

/* What the TLS port serves. review must outlive it. */
struct http_site review_site(struct review *review);

#endif
