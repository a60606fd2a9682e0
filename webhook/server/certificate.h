/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The serving certificate, its key and the client CA, as generations: files are read into a new
 * one, which replaces the one in force only if it is whole (the key belongs to the certificate,
 * every file parses). Who holds a generation keeps it alive: a connection does, so a reload
 * disturbs no handshake.
 */
#ifndef SERVER_CERTIFICATE_H
#define SERVER_CERTIFICATE_H

#include "core/problem.h"
#include "server/client_verifier.h"

#include <stdbool.h>
#include <stdint.h>

struct certificate_files {
    const char *certificate, *key; /* PEM; the certificate may be followed by its chain */
    const char *client_ca;         /* PEM, one or more; NULL: clients need no certificate */
    const struct option_list *client_names; /* common names or SANs; empty: any of that CA */
    const struct client_verification *verification; /* by whom; not NULL with a client_ca */
};

/* The files and the generation in force. */
struct certificates;

/* One generation: never changed, counted. */
struct certificate;

/* files and what it points to must outlive it. NULL if there is no memory. */
struct certificates *certificates_new(const struct certificate_files *files);

/* Nobody may hold a generation. Takes NULL. */
void certificates_free(struct certificates *certificates);

/* Reads the files; on success the new generation is in force, else the old one stays. Called from
 * one thread. */
bool certificates_load(struct certificates *certificates, struct problem *problem);

/* Were the files changed since certificates_load() last looked at them? Kubernetes swaps a symlink:
 * seen as another inode. The same thread as above. */
bool certificates_changed(struct certificates *certificates);

/* The generation in force; give it back with certificate_release(), which takes NULL. */
struct certificate *certificates_hold(struct certificates *certificates);
void certificate_release(struct certificate *certificate);

struct certificate_facts {
    char names[256];               /* what it is for, as "a, b"; cut if there are many */
    int64_t not_before, not_after; /* Unix seconds */
};

const struct certificate_facts *certificate_facts(const struct certificate *certificate);

#endif
