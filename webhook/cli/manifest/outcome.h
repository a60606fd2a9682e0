/* SPDX-License-Identifier: Apache-2.0 */
/* What both webhooks would say if the manifest's object was created. */
#ifndef CLI_MANIFEST_OUTCOME_H
#define CLI_MANIFEST_OUTCOME_H

#include "admission/admit.h"
#include "cli/manifest/manifest.h"

/* All pointers are into the arena or the manifest. */
struct outcome {
    const struct manifest *manifest;
    const char *namespace, *name;      /* as a person says them */
    const struct ray_service *service; /* as it would be stored; never NULL */
    const struct patch *patch;         /* of /mutate */
    const struct placement *placement; /* NULL if the object is none of ours */
    bool allowed;
    struct findings findings; /* of both, without audits, the heaviest first */
    struct verdict mutation, validation;
};

/* False with the reason if there is no verdict. */
bool outcome_of(struct arena *arena, const struct policy *policy, const struct manifest *manifest,
                struct outcome *ret, struct problem *problem);

#endif
