/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates that certs/issue.h would never make: for tests of what verifies them. */
#ifndef UNIT_MAKE_CERTIFICATE_H
#define UNIT_MAKE_CERTIFICATE_H

#include "certs/issue.h"
#include "core/bytes.h"

enum { NAMES_MAX = 2, DAY = 24 * 60 * 60 };

struct recipe {
    struct bytes common_names[NAMES_MAX];
    struct bytes dns, uri;          /* of the subjectAltName; no data: none */
    const char *constraints;        /* as x509v3_config(5) has it; NULL: no basicConstraints */
    const char *usage, *purpose;    /* keyUsage, extendedKeyUsage; NULL: none */
    bool without_key_identifiers;   /* else as every good CA makes them */
    int rsa_bits;                   /* 0: P-256 */
    const char *digest;             /* NULL: SHA256 */
    int64_t begins_days, ends_days; /* from now; both 0: yesterday, tomorrow */
};

/* Signed by the issuer, or NULL: by itself. Aborts where OpenSSL can not. */
struct identity make_certificate(const struct recipe *recipe, const struct identity *issuer);

/* The DER, the caller's to OPENSSL_free(). */
struct bytes make_der(X509 *certificate);

/* Certificates one after another in PEM, the caller's to OPENSSL_free(). */
struct bytes make_pem(const struct identity *const *identities, size_t count);

#endif
