/* SPDX-License-Identifier: Apache-2.0 */
/* What is in a generation: for the two files that speak to GnuTLS. */
#ifndef SERVER_CERTIFICATE_PARTS_H
#define SERVER_CERTIFICATE_PARTS_H

#include "server/certificate.h"

#include <gnutls/abstract.h>
#include <stdatomic.h>

enum { CERTIFICATE_CHAIN_MAX = 8 };

struct certificate {
    atomic_uint holders;
    gnutls_pcert_st chain[CERTIFICATE_CHAIN_MAX];
    unsigned chain_length;
    gnutls_privkey_t key;
    const struct client_verification *verification;
    struct client_verifier *clients; /* NULL: they need no certificate */
    struct certificate_facts facts;
};

#endif
