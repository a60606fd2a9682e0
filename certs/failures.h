/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The API server's failures as a person wants to read them in a log: when one begins, when it
 * becomes another one, and when it is over; not at every look.
 */
#ifndef CERTS_FAILURES_H
#define CERTS_FAILURES_H

#include "core/problem.h"

#include <stdbool.h>
#include <stdint.h>

/* What the controller reads and writes. */
enum { REGISTRATIONS = 2 };

enum place { PLACE_REGISTRATION, PLACE_SECRET = REGISTRATIONS, PLACE_CA_SECRET, PLACES };

struct failure {
    bool there;
    long status; /* as in struct api_reply */
    struct problem problem;
};

/* Of one look: the first at each place counts, the others are its consequences. */
struct failures {
    struct failure at[PLACES];
};

void failures_add(struct failures *look, enum place place, long status,
                  const struct problem *problem);

/* What one process remembers of the looks before. */
struct failing {
    struct failure last[PLACES];
    int64_t since_ms[PLACES];
    unsigned looks[PLACES];
};

/* Logs what is new. whole: the look got to its end, so a failure that is not in it is over. */
void failures_say(struct failing *failing, const struct failures *look, bool whole,
                  const char *const objects[PLACES], int64_t monotonic_ms);

#endif
