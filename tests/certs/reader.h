/* SPDX-License-Identifier: Apache-2.0 */
/* Who reads what the controller wrote: a server its Secret, an API server a caBundle. */
#ifndef TESTS_CERTS_READER_H
#define TESTS_CERTS_READER_H

#include "certs/pem.h"

#include <openssl/x509_vfy.h>
#include <stdint.h>

/* What is stored comes to a reader some seconds later. */
struct reader {
    const char *name;
    int64_t lag, due; /* monotonic seconds; due 0: nothing is on its way */
    char *has;        /* base64 of PEM */
    int64_t stuck_until;
};

/* True: it has something new. */
bool reader_looks(struct reader *reader, const char *stored, int64_t now);

/* Certificates of base64 of PEM; says so where it is none. Free with pem_content_free(). */
struct pem_content reader_decode(const char *text);

/* Free with X509_STORE_free(). */
X509_STORE *reader_trust(const char *bundle);

/* As an API server that trusts these calls a server of that name: X509_V_OK, or why not. */
int reader_verify(const char *name, X509_STORE *trust, X509 *leaf, time_t now);

#endif
