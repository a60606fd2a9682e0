/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker's readiness hangs on. */
#ifndef RULES_READINESS_H
#define RULES_READINESS_H

#include "ray/service.h"

#define PROXY_PATH "/-/healthz"

/* Does any text in the value hold the proxy's path? */
bool readiness_mentions_proxy(const struct json *value);

/* No proxy on its node, no readiness: KubeRay's probe, or one of the user's that asks the proxy. */
bool readiness_asks_proxy(const struct ray_group *group);

#endif
