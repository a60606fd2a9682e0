/* SPDX-License-Identifier: Apache-2.0 */
/* What an operator of the webhook may set: today what is injected. Immutable while requests run. */
#ifndef ADMISSION_POLICY_H
#define ADMISSION_POLICY_H

#include <stdbool.h>

struct policy {
    bool inject_head_num_cpus;
    bool inject_worker_probe;
};

extern const struct policy policy_default;

#endif
