/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the controller would do next, as a pure function of what it has seen and the time.
 *
 * A CA is exchanged in four steps, and every step is safe to stop at:
 *   introduce  a fresh CA is stored as the next one, and put into every caBundle;
 *   promote    when all configurations have carried it for `settle`, it signs;
 *   leaf       the server's certificate is signed by it;
 *   forget     when that has been so for `settle`, and the last certificate that the old CA signed
 *              has ended too, the old CA leaves the caBundles.
 * So a server whose files are not renewed for days is still trusted until its certificate ends, and
 * a clock that says it has ended already does not count before `settle` has passed.
 * Nothing is remembered but what is stored: a controller that starts in the middle goes on.
 */
#ifndef CERTS_PLAN_H
#define CERTS_PLAN_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct plan_times {
    int64_t leaf_seconds, ca_seconds; /* lifetimes; a third before the end it is replaced */
    int64_t settle_seconds; /* API servers have heard of a caBundle, kubelets of a Secret */
};

/* A certificate with its key. */
struct plan_pair {
    bool good; /* both are there and fit, and it is what it should be, but for its dates */
    time_t not_before, not_after;
};

enum plan_signer { SIGNED_BY_NOBODY_KNOWN, SIGNED_BY_CURRENT, SIGNED_BY_OLD };

struct plan_state {
    struct plan_pair current, next; /* the CA that signs; the CA that will */
    bool old;                       /* the caBundles are to carry other CAs too */
    bool old_valid;                 /* one of them is valid now */
    time_t old_until;               /* until then they may be served by; 0: not known */
    struct plan_pair leaf;
    enum plan_signer leaf_signer;
    bool bundles_known; /* every configuration could be asked; one that is not there counts */
    bool bundles_right; /* and those that are there have the caBundle that is wanted */
    int64_t settled;    /* seconds since any of this was seen to change */
};

enum plan_ca { CA_KEEP, CA_INTRODUCE, CA_PROMOTE, CA_FORGET };

struct plan {
    enum plan_ca ca;
    const char *ca_why; /* static; NULL for CA_KEEP */
    bool leaf;          /* a new one, signed by the current CA */
    const char *leaf_why;
};

struct plan plan(const struct plan_state *state, const struct plan_times *times, time_t now);

#endif
