/* SPDX-License-Identifier: Apache-2.0 */
/* What a certificate says, as text that may be printed: everything is ASCII, escaped by OpenSSL. */
#ifndef CERTS_INSPECT_H
#define CERTS_INSPECT_H

#include "core/arena.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdint.h>
#include <time.h>

enum { SECONDS_A_DAY = 24 * 60 * 60 };

struct certificate_facts {
    const char *subject, *issuer; /* RFC 2253 */
    const char *const *names;     /* "DNS:a.b", "IP:10.0.0.1"; other kinds by OpenSSL's words */
    size_t name_count;
    const char *key;           /* "ECDSA P-256", "RSA 3072" */
    const char *serial;        /* hexadecimal */
    const char *sha256;        /* fingerprint, "AB:CD:…" */
    const char *begins, *ends; /* RFC 3339, UTC */
    time_t not_before, not_after;
    bool authority, server, client; /* what it may be used for */
};

/* False where a part of it can not be read, or there is no memory. The texts are the arena's. */
bool inspect_certificate(struct arena *arena, X509 *certificate, struct certificate_facts *ret);

/* "ECDSA P-256", "RSA 3072", else OpenSSL's name of the algorithm. */
const char *inspect_key(struct arena *arena, const EVP_PKEY *key);

enum validity { VALID, EXPIRES_SOON, EXPIRED, NOT_YET_VALID };

/* within_days: days before the end that count as soon. */
enum validity inspect_validity(const struct certificate_facts *facts, time_t now,
                               int64_t within_days);
const char *validity_name(enum validity validity); /* "valid", "expiring", … */

/* Whole days until the end, rounded down; negative after it. */
int64_t inspect_days_left(const struct certificate_facts *facts, time_t now);

#endif
