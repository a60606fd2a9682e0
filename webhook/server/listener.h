/* SPDX-License-Identifier: Apache-2.0 */
/* A port, with or without TLS, and its connections: all that speaks to libmicrohttpd. */
#ifndef SERVER_LISTENER_H
#define SERVER_LISTENER_H

#include "core/problem.h"
#include "server/certificate.h"
#include "server/connections.h"
#include "server/http.h"

struct listener;

struct listener_settings {
    int socket;                        /* listening; becomes the listener's */
    struct certificates *certificates; /* NULL: no TLS. A generation must be in force. */
    const struct http_site *site;
    struct connections *connections; /* empty */
};

/* NULL if it can not be had. What the settings point to must outlive it. */
struct listener *listener_start(const struct listener_settings *settings, struct problem *problem);

/* From now on each answer is the last on its connection. */
void listener_drain(struct listener *listener);

/* No new connections; those that already knocked are let in first. */
void listener_close(struct listener *listener);

/* Ends what is left, and frees it. Takes NULL. */
void listener_stop(struct listener *listener);

#endif
