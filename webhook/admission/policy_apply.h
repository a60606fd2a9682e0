/* SPDX-License-Identifier: Apache-2.0 */
/* What a policy makes of one object's findings. */
#ifndef ADMISSION_POLICY_APPLY_H
#define ADMISSION_POLICY_APPLY_H

#include "admission/policy.h"
#include "core/finding.h"

/* What holds for one object. */
struct policy_view {
    const struct policy *policy;
    const char *namespace, *name;
    const struct policy_scope **scopes; /* the one that wins first; the last is for all */
    size_t count;
    struct rule_limits limits;
};

/* Ask the arena afterwards. */
struct policy_view policy_view_of(struct arena *arena, const struct policy *policy,
                                  const char *namespace, const char *name);

/* Sets the levels: of the policy, then of exemptions. Rules that are off are gone. */
void policy_apply(const struct policy_view *view, struct findings *findings);

/* The last word: what is heavier than the policy's atMost. What it would weigh stays known. */
void policy_hold_back(const struct policy_view *view, struct findings *findings);

#endif
