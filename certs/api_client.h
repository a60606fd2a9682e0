/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The API server over HTTPS, as a Pod with a ServiceAccount sees it. The server's certificate is
 * always verified; no redirects, no proxy; the size of an answer and the time it takes are bounded.
 */
#ifndef CERTS_API_CLIENT_H
#define CERTS_API_CLIENT_H

#include "certs/api.h"

#include <stdint.h>

enum { API_ANSWER_LIMIT = 4 * 1024 * 1024 }; /* bytes; etcd keeps objects of 1.5 MiB at most */

struct api_client_settings {
    const char *server;     /* https://HOST:PORT */
    const char *token_file; /* read for each call: the kubelet replaces it */
    const char *ca_file;    /* read for each connection */
    int64_t timeout_ms;     /* of a call in all */
};

struct api_client;

/* One a process. The settings are the caller's own and must last. NULL: no memory. */
struct api_client *api_client_new(const struct api_client_settings *settings);
void api_client_free(struct api_client *client); /* takes NULL */

struct api api_client_api(struct api_client *client);

#endif
