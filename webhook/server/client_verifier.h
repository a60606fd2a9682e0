/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a client's certificate will do: the seam between TLS and what verifies. main.c puts
 * certs/verify.h into it, so that neither folder includes the other.
 */
#ifndef SERVER_CLIENT_VERIFIER_H
#define SERVER_CLIENT_VERIFIER_H

#include "core/bytes.h"
#include "core/options.h"
#include "core/problem.h"

enum { CLIENT_CHAIN_MAX = 8 };

/* One file of CAs and the names that may call. Many threads use it at once. */
struct client_verifier;

struct client_verification {
    /*
     * authorities: certificates in PEM, not kept. names: common names or SANs, which must outlive
     * it; empty: any of these CAs. NULL: see the problem, which has no path.
     */
    struct client_verifier *(*create)(struct bytes authorities, const struct option_list *names,
                                      struct problem *problem);

    /* The chain as the peer sent it: DER, its own certificate first, 1 to CLIENT_CHAIN_MAX. NULL:
     * it may call. Else why not, as static text for the log. */
    const char *(*refusal)(const struct client_verifier *verifier, const struct bytes *chain,
                           size_t length);

    void (*destroy)(struct client_verifier *verifier); /* takes NULL */
};

/* main.c's. */
extern const struct client_verification client_verification;

#endif
