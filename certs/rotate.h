/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The controller's work: look, plan, write, and look again. Several of them may run at once: each
 * write names the version it read, and whoever comes second reads again.
 *
 * Of the API server's objects the CA's Secret is read last. So whoever writes a caBundle over the
 * version that he read knows a CA at least as new as the one in it.
 */
#ifndef CERTS_ROTATE_H
#define CERTS_ROTATE_H

#include "certs/api.h"
#include "certs/failures.h"
#include "certs/plan.h"

#include <stddef.h>

enum { PAIRS = 3, FINGERPRINT_SIZE = 32 };

struct rotate_settings {
    const char *secrets_path;                 /* /api/v1/namespaces/NAMESPACE/secrets */
    const char *secret, *ca_secret;           /* names */
    const char *registrations[REGISTRATIONS]; /* paths */
    const char *const *names;                 /* of the server's certificate */
    size_t name_count;
    struct plan_times times;
};

/* What one process remembers between two passes: since when all is as it is. */
struct rotate_memory {
    unsigned char fingerprint[FINGERPRINT_SIZE];
    int64_t since_ms;
    bool clock_differs;
    bool absent[REGISTRATIONS], unusable[PAIRS], old_unusable; /* said already */
    struct failing failing;
    int64_t asked_ms; /* the pause that the API server asked for in the last pass; 0: none */
};

enum rotate_status {
    ROTATE_NOTHING,  /* all is well, or must wait */
    ROTATE_CHANGED,  /* look again at once */
    ROTATE_CONFLICT, /* somebody else writes too: look again in a moment */
    ROTATE_FAILED,   /* in part at least; logged where it is new */
};

/*
 * One pass. monotonic_ms: any clock that only goes forward. now: this machine's time, for where the
 * API server does not tell its own; that one counts, since it is the one that judges certificates.
 */
enum rotate_status rotate(const struct rotate_settings *settings, struct rotate_memory *memory,
                          struct api api, int64_t monotonic_ms, time_t now);

#endif
