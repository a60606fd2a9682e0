/* SPDX-License-Identifier: Apache-2.0 */
/* What a pass of the controller finds: the objects, and the certificates in them. */
#ifndef CERTS_SEEN_H
#define CERTS_SEEN_H

#include "certs/issue.h"
#include "certs/objects.h"
#include "certs/rotate.h"

enum { OLD_MAX = 4 };

struct seen {
    const struct rotate_settings *settings;
    struct access access;
    struct secret secret, ca_secret;
    struct registration registrations[REGISTRATIONS];
    bool known[REGISTRATIONS];           /* it could be asked for */
    struct identity current, next, leaf; /* empty where there is no pair that fits */
    X509 *old[OLD_MAX];
    size_t old_count;
    time_t old_until;   /* as in struct plan_state */
    const char *bundle; /* base64, as it should be in each caBundle; "" where there is no CA */
    struct bytes bundle_pem;
    struct failures failures;
    time_t now;
};

/* A call about that did not do what it should. */
void seen_failed(struct seen *seen, enum place place, const struct problem *problem);

/* False: the Secrets could not be read. Always seen_free(). The access by the caller. */
bool seen_read(struct seen *seen, struct rotate_memory *memory, time_t now);
void seen_free(struct seen *seen);

/* Where the CA's own Secret is lost: what else may have signed what is served, from the server's
 * Secret and the caBundles. */
void seen_adopt(struct seen *seen);

/* Adds it unless it is there. Where there are OLD_MAX already, the first of them goes. */
void seen_add_old(struct seen *seen, X509 *certificate);

/* The end of the last certificate that a CA may have signed which now becomes an old one. */
time_t seen_old_until(const struct seen *seen);
struct bytes seen_until_text(const struct seen *seen, time_t until);

void seen_state(const struct seen *seen, struct plan_state *ret);

/* The text of certificates one after another. Empty: none, or no memory. */
struct bytes certificates_pem(struct arena *arena, X509 *const *certificates, size_t count);

#endif
