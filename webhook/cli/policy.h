/* SPDX-License-Identifier: Apache-2.0 */
/* The policy that a command's flags choose. */
#ifndef CLI_POLICY_H
#define CLI_POLICY_H

#include "admission/policy_options.h"

struct chosen_policy {
    struct policy policy; /* with today's day */
    struct arena *arena;  /* of what it points to; or NULL */
};

/* False after saying why, with the exit code. The arena is to be freed in both cases. */
bool choose_policy(const struct command *command, const struct policy_flags *flags,
                   struct chosen_policy *ret, int *ret_code);

#endif
