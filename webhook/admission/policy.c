/* SPDX-License-Identifier: Apache-2.0 */
#include "admission/policy.h"

const struct policy policy_default = {.inject_head_num_cpus = true, .inject_worker_probe = true};
