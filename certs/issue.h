/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes keys and certificates. The caller gives the time, so that tests can move it. Everything
 * returned belongs to the caller.
 */
#ifndef CERTS_ISSUE_H
#define CERTS_ISSUE_H

#include "core/problem.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum key_kind {
    KEY_ECDSA, /* P-256 */
    KEY_RSA,   /* 3072 bits */
};

enum certificate_use {
    USE_AUTHORITY, /* signs leaves, and nothing below them */
    USE_SERVER,
    USE_CLIENT,
};

/* A certificate and its private key. */
struct identity {
    X509 *certificate;
    EVP_PKEY *key;
};

void identity_free(struct identity *identity);

enum { COMMON_NAME_LIMIT = 64, ISSUE_BACKDATE = 5 * 60 /* seconds: clocks differ */ };

struct certificate_wish {
    enum certificate_use use;
    enum key_kind kind;
    const char *common_name;  /* 1 to COMMON_NAME_LIMIT characters */
    const char *const *names; /* subjectAltName: DNS names and IP addresses */
    size_t name_count;
    time_t now;
    time_t begins;   /* notBefore; 0: ISSUE_BACKDATE before now */
    int64_t seconds; /* until notAfter; shortened to the issuer's own end */
};

/* Fresh key, random serial. issuer: NULL signs it with its own key. */
bool issue(const struct certificate_wish *wish, const struct identity *issuer, struct identity *ret,
           struct problem *problem);

/* Whether this pair can sign leaves at that time; the message has no file name. */
bool issuer_usable(const struct identity *issuer, time_t now, struct problem *problem);

#endif
