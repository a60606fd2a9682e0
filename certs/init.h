/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A directory of certificates: ca.crt ca.key, tls.crt tls.key for the server, client.crt client.key
 * for a caller. The CA that is there is used again. A key is replaced only where its certificate
 * was signed by the CA that is there, that is, where an earlier run made it.
 */
#ifndef CERTS_INIT_H
#define CERTS_INIT_H

#include "certs/issue.h"
#include "core/text.h"

struct init_request {
    const char *directory;
    const char *const *names; /* of the server certificate; none: none is made */
    size_t name_count;
    const char *client_name; /* of the client certificate; NULL: none is made */
    enum key_kind kind;
    int64_t ca_seconds, seconds; /* lifetimes of what is made */
    bool new_ca;                 /* also where there is one; its certificate stays as ca.crt.old */
    time_t now;
};

struct init_result {
    struct text report;    /* one line a file: what was done with it, and what it is */
    struct text ca_bundle; /* ca.crt in base64, as webhook configurations want it */
};

/* Nothing is written unless all of it could be made. The texts are the arena's. */
bool init_directory(struct arena *arena, const struct init_request *request,
                    struct init_result *ret, struct problem *problem);

#endif
