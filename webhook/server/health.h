/* SPDX-License-Identifier: Apache-2.0 */
/* GET /healthz, /readyz and /metrics: for the kubelet and Prometheus, without TLS. */
#ifndef SERVER_HEALTH_H
#define SERVER_HEALTH_H

#include "server/connections.h"
#include "server/http.h"
#include "server/recorder.h"

#include <stdatomic.h>

struct health {
    atomic_bool ready;
    struct connections *webhook, *plain; /* of both ports, for /metrics */
    const struct recorder *recorder;     /* or NULL */
};

/* What the plain port serves. health must outlive it. */
struct http_site health_site(struct health *health);

#endif
