/* SPDX-License-Identifier: Apache-2.0 */
/* What the webhook is told: what to inject, and which operator runs. Immutable while requests run.
 */
#ifndef ADMISSION_POLICY_H
#define ADMISSION_POLICY_H

#include "ray/version.h"

struct policy {
    bool inject_head_num_cpus;
    bool inject_worker_probe;
    struct ray_release kuberay; /* the operator's version; 0.0.0: unknown, so refuse less */
};

extern const struct policy policy_default;

#endif
