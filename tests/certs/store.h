/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An API server in memory, with what the controller needs of it: two Secrets and two webhook
 * configurations of one entry each, resourceVersions, merge patches and JSON patches. Calls can be
 * made to fail. That the real one answers like this is proved in tests/cluster.
 */
#ifndef TESTS_CERTS_STORE_H
#define TESTS_CERTS_STORE_H

#include "certs/rotate.h"

#include <stddef.h>

enum { STORE_PAUSE = 7, STORE_SECRETS = 2, STORE_ENTRIES = 8, STORE_REGISTRATIONS = 2 };

#define STORE_SECRETS_PATH "/secrets"

struct store_secret {
    const char *name;
    unsigned version; /* 0: it is not there */

    struct {
        char *key, *value; /* base64; NULL: free */
    } entries[STORE_ENTRIES];
};

struct store_registration {
    const char *path;
    unsigned version;
    char *bundle; /* base64 */
};

enum store_fault {
    FAULT_NONE,
    FAULT_NO_ANSWER,
    FAULT_ANSWER_LOST, /* it was done all the same */
    FAULT_500,
    FAULT_BUSY,      /* 429, and it asks for STORE_PAUSE seconds */
    FAULT_FORBIDDEN, /* 403 for writes */
    FAULT_CONFLICT,  /* of writes: somebody else wrote the same object */
};

struct store {
    struct store_secret secrets[STORE_SECRETS];
    struct store_registration registrations[STORE_REGISTRATIONS];
    unsigned versions, calls;
    time_t date;                                 /* of its answers */
    enum store_fault (*fault_of)(void *context); /* asked at each call */
    void *context;
};

struct api store_api(struct store *store);

/* A controller's, for the objects "tls", "ca", "/mutating" and "/validating". */
extern const struct rotate_settings store_settings;

/* NULL where there is none. */
const char *store_value(const struct store_secret *secret, const char *key);

/* What `kubectl delete` does, and the end of the store. */
void store_delete(struct store_secret *secret);
void store_free(struct store *store);

#endif
