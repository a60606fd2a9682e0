/* SPDX-License-Identifier: Apache-2.0 */
/* The files that change while the server runs: what is good comes into force, the rest is said. */
#ifndef SERVER_RELOAD_H
#define SERVER_RELOAD_H

#include "server/expiry.h"
#include "server/policies.h"

struct reload {
    struct certificates *certificates;
    struct policies *policies;
    const char *policy_file; /* NULL: none */
    int64_t again_at; /* ms: certificates that were no good are read again; 0: they were good */
    struct expiry_watch expiry;
};

/* The policy comes into force. False with the reason: the last good one stays. */
bool reload_policy(struct reload *reload, struct problem *problem)
    __attribute__((warn_unused_result));

/* Reads what has changed, or was asked for, or could not be read a minute ago. */
void reload_look(struct reload *reload, bool asked);

#endif
