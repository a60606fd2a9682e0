/* SPDX-License-Identifier: Apache-2.0 */
/* How long the controller waits after a look. */
#ifndef CERTS_PAUSE_H
#define CERTS_PAUSE_H

#include "certs/rotate.h"

/* Milliseconds. */
enum { PAUSE_FIRST = 500, PAUSE_ASKED_MAX = 5 * 60 * 1000 };

enum { PAUSE_BUSY_LOOKS = 8 };

/* So many in a row; all 0 at the start. */
struct pause {
    unsigned failures, changes;
};

/*
 * interval_ms: the usual one, and the longest after a failure. asked_ms: what the API server asked
 * for, 0 for nothing; a longer one than PAUSE_ASKED_MAX is not waited for, since a certificate may
 * end meanwhile. chance: any number; several copies do not stay in step.
 */
int64_t pause_after(struct pause *pause, enum rotate_status status, int64_t interval_ms,
                    int64_t asked_ms, unsigned char chance);

#endif
