/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two kinds of objects that the controller has to do with, read from the API server and
 * written back. Every write names the resourceVersion that was read: of two writers one is told.
 */
#ifndef CERTS_OBJECTS_H
#define CERTS_OBJECTS_H

#include "certs/api.h"
#include "core/json.h"

#include <stddef.h>

/* A way to the API server, for one pass. */
struct access {
    struct api api;
    struct arena *arena;
    time_t date;         /* the API server's clock, of its last answer; 0: unknown */
    long status;         /* of the last call, as in struct api_reply */
    int64_t retry_after; /* seconds; not 0: it asked for that, and is not called any more */
    bool left_out;       /* so the last call was not made */
};

enum outcome {
    OUTCOME_DONE,
    OUTCOME_CONFLICT, /* somebody else was faster: read again */
    OUTCOME_FAILED,   /* see the problem */
};

struct secret {
    const char *path; /* of its collection */
    const char *name;
    const char *version; /* NULL: it is not there */
    const struct json *data;
};

struct secret_entry {
    const char *key;
    struct bytes value; /* no data: the key is taken out */
};

/* Sets version and data; path and name by the caller. False: not known, see the problem. */
bool secret_read(struct access *access, struct secret *secret, struct problem *problem);

/* An entry's bytes, the arena's; empty where it is not there or no base64. */
struct bytes secret_value(struct arena *arena, const struct secret *secret, const char *key);

/* Creates it with this type, or changes these entries and nothing else of it. */
enum outcome secret_write(struct access *access, const struct secret *secret, const char *type,
                          const struct secret_entry *entries, size_t count,
                          struct problem *problem);

/* A webhook configuration. */
struct registration {
    const char *path;    /* the caller's */
    const char *version; /* NULL: it is not there */
    const struct json *webhooks;
};

bool registration_read(struct access *access, struct registration *registration,
                       struct problem *problem);

/* Whether each of its webhooks has this caBundle, as base64. */
bool registration_has(const struct registration *registration, const char *bundle);

/* Sets the caBundle of each webhook that has another one, and nothing else. */
enum outcome registration_write(struct access *access, const struct registration *registration,
                                const char *bundle, struct problem *problem);

#endif
