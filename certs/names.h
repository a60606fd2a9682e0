/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTS_NAMES_H
#define CERTS_NAMES_H

#include "core/arena.h"
#include "core/problem.h"

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

/* A DNS name (one leading "*." is taken) or an IP address; else the problem says why not. */
bool name_valid(const char *name, struct problem *problem);

/* Adds valid names as subjectAltName; no name, no extension. False where there is no memory. */
bool names_add(X509 *certificate, const char *const *names, size_t count);

/* For a new CA. Two CAs never share a name: while one takes over from the other, a bundle holds
 * both. */
const char *authority_name(struct arena *arena);

#endif
