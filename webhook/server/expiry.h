/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When to warn that a certificate ends. Who renews does so with a third of its life left (certs
 * controller, cert-manager); with a quarter left nobody has, and that is worth a line a day, in the
 * last day and after the end one an hour.
 */
#ifndef SERVER_EXPIRY_H
#define SERVER_EXPIRY_H

#include "server/certificate.h"

enum expiry {
    EXPIRY_FAR,
    EXPIRY_SOON,     /* less than a quarter of its life, and than seven days */
    EXPIRY_LAST_DAY, /* the same, and less than a day */
    EXPIRY_OVER,
};

/* What was said last, of which certificate; all zero: nothing. */
struct expiry_watch {
    int64_t not_after, said_at; /* Unix seconds */
    enum expiry said;
};

/* EXPIRY_FAR: nothing is to be said at `now` (Unix seconds), else what; it counts as said. */
enum expiry expiry_due(struct expiry_watch *watch, const struct certificate_facts *facts,
                       int64_t now);

#endif
