/* SPDX-License-Identifier: Apache-2.0 */
/* The flags that choose a policy, the same for every command that answers. */
#ifndef ADMISSION_POLICY_OPTIONS_H
#define ADMISSION_POLICY_OPTIONS_H

#include "admission/policy.h"
#include "core/options.h"

struct policy_flags {
    const char *file, *kuberay;
};

/* Two rows of a command's table; flags: the offset of a struct policy_flags in its settings. */
#define POLICY_OPTIONS(flags)                                                                      \
    {.name = "policy",                                                                             \
     .kind = OPTION_STRING,                                                                        \
     .offset = (flags) + offsetof(struct policy_flags, file),                                      \
     .argument = "FILE",                                                                           \
     .help = "The policy, YAML: which rules deny or warn where, limits, exemptions."},             \
    {                                                                                              \
        .name = "kuberay-version", .kind = OPTION_STRING,                                          \
        .offset = (flags) + offsetof(struct policy_flags, kuberay), .argument = "VERSION",         \
        .help = "The KubeRay that runs: 1.7, 1.6.2. What it refuses is then denied, not only "     \
                "warned about, and what only others do is not said. Goes before the policy's own." \
    }

/* Reads --kuberay-version into *ret, which stays as it is without the flag. */
bool policy_read_kuberay(const struct policy_flags *flags, struct ray_release *ret,
                         struct problem *problem);

#endif
