/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One call to an API server. A function, so that tests can put another one in its place.
 */
#ifndef CERTS_API_H
#define CERTS_API_H

#include "core/arena.h"
#include "core/problem.h"

#include <stdint.h>
#include <time.h>

struct api_request {
    const char *method, *path;
    const char *content_type; /* of the body; NULL: there is none */
    struct bytes body;
};

struct api_reply {
    long status;       /* of HTTP; where there was no whole answer: below zero, a kind of failure */
    struct bytes body; /* the arena's */
    time_t date;       /* the API server's clock; 0: it did not say */
    int64_t retry_after; /* seconds that it asks for; 0: it does not */
};

struct api {
    /* False where there was no whole answer; ret has a status all the same. The problem has no
     * secrets. */
    bool (*call)(void *self, struct arena *arena, const struct api_request *request,
                 struct api_reply *ret, struct problem *problem);
    void *self;
};

#endif
