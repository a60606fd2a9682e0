/* SPDX-License-Identifier: Apache-2.0 */
/* Certificate and key files, read and set side by side. */
#ifndef CERTS_SHOW_H
#define CERTS_SHOW_H

#include "certs/inspect.h"
#include "certs/pem.h"
#include "core/problem.h"
#include "core/text.h"

struct shown_certificate {
    struct shown_certificate *next;
    const char *file;
    X509 *certificate; /* held until show_free() */
    struct certificate_facts facts;
    enum validity validity;
    int64_t days_left;
};

struct shown_key {
    struct shown_key *next;
    const char *file, *kind; /* "ECDSA P-256" */
    EVP_PKEY *key;           /* held until show_free() */
};

struct shown {
    struct arena *arena; /* these three by the caller */
    time_t now;
    int64_t within_days;
    struct shown_certificate *certificates;
    struct shown_key *keys;
};

/* Adds what the file holds. file: its path, the caller's own, as long as shown is there. */
bool show_read(struct shown *shown, const char *file, struct problem *problem);

/* The same with what was read already. False where a certificate has a field that says nothing. */
bool show_add(struct shown *shown, const char *file, const struct pem_content *content);

void show_text(const struct shown *shown, struct text *out);
void show_json(const struct shown *shown, struct text *out);

/* A certificate that is not simply valid, or a key that fits none of the certificates. */
bool show_is_bad(const struct shown *shown);

void show_free(struct shown *shown);

#endif
