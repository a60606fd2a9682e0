/* SPDX-License-Identifier: Apache-2.0 */
/* What a policy limits, for the rules of policy_limits.c and policy_sources.c. */
#ifndef RULES_LIMITS_H
#define RULES_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum limit_number { LIMIT_WORKERS, LIMIT_REPLICAS, LIMIT_GPUS, LIMIT_NUMBERS };

enum limit_list { LIMIT_RAY_VERSIONS, LIMIT_IMAGES, LIMIT_WORKING_DIRS, LIMIT_LISTS };

struct limit_most {
    bool set;
    int64_t most;
};

struct limit_texts {
    bool set;
    const char *const *items; /* none: no limit */
    size_t count;
};

struct rule_limits {
    struct limit_most numbers[LIMIT_NUMBERS];
    struct limit_texts lists[LIMIT_LISTS];
};

#endif
