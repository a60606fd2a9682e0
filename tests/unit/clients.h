/* SPDX-License-Identifier: Apache-2.0 */
/* A CA, a client of it, and what certs/verify.h says of them. */
#ifndef UNIT_CLIENTS_H
#define UNIT_CLIENTS_H

#include "certs/verify.h"
#include "unit/make_certificate.h"

enum { CHAIN_MAX = 8 };

extern const struct recipe root_recipe, client_recipe; /* the client is a kube-apiserver */
extern const struct option_list anybody, api_server;   /* no name; two, one is the client's */

struct client_verifier *trusting(const struct identity *const *authorities, size_t count,
                                 const struct option_list *names);

/* What is said of a chain of 1 to CHAIN_MAX; and nothing stays in OpenSSL's list of errors. */
const char *ask(const struct client_verifier *verifier, const struct identity *const *identities,
                size_t length);

/* Of what OpenSSL allocated. */
void free_bytes(struct bytes bytes);

#endif
