/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a client's certificate will do. A chain must lead to one of the given CAs, be valid now,
 * be made for TLS clients, and have 112 bits of security all the way (RSA 2048, SHA-256). The CAs
 * need not be roots: whoever is in the file is trusted (X509_V_FLAG_PARTIAL_CHAIN), as Go's and
 * GnuTLS's verifiers see it.
 *
 * main.c hands these functions to the server (webhook/server/client_verifier.h).
 */
#ifndef CERTS_VERIFY_H
#define CERTS_VERIFY_H

#include "core/bytes.h"
#include "core/options.h"
#include "core/problem.h"

/* Never changed once it is made: many threads may use it at once. */
struct client_verifier;

/*
 * authorities: one or more CA certificates in PEM, with any text between them, and nothing else.
 * names: a chain's first certificate has one of them as its only common name, or as a DNS name or
 * URI of its subjectAltName, byte for byte; empty: any name. They must outlive the verifier.
 * NULL: see the problem, which has no file name.
 */
struct client_verifier *client_verifier_new(struct bytes authorities,
                                            const struct option_list *names,
                                            struct problem *problem);

/* The chain in DER, the client's own certificate first. NULL: it will do. Else why not: static
 * text, also where memory runs out. */
const char *client_verifier_refusal(const struct client_verifier *verifier,
                                    const struct bytes *chain, size_t length);

void client_verifier_free(struct client_verifier *verifier); /* takes NULL */

#endif
