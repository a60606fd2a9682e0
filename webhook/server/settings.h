/* SPDX-License-Identifier: Apache-2.0 */
/* The flags of `serve`, read. Durations in milliseconds. */
#ifndef SERVER_SETTINGS_H
#define SERVER_SETTINGS_H

#include "admission/policy_options.h"
#include "server/memory_plan.h"
#include "server/recorder.h"

struct settings {
    const char *tls_cert, *tls_key, *client_ca;
    struct option_list client_names;
    struct policy_flags policy;
    const char *listen, *metrics_listen, *landlock;
    struct recorder_settings record;
    int64_t drain_delay, max_memory, max_connections;
    int64_t header_timeout, body_timeout, answer_timeout, idle_timeout;
};

enum { SETTINGS_OPTIONS = 20 };

extern const struct option settings_options[SETTINGS_OPTIONS];

/* Says what is missing, too much or does not go together; true if all is well, with the plan of
 * how much memory each part may take. */
bool settings_check(const struct settings *settings, const struct option_rest *rest,
                    struct memory_plan *ret_plan, struct problem *problem);

#endif
