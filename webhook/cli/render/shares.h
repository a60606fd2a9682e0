/* SPDX-License-Identifier: Apache-2.0 */
/* What a picture of the workers says, in numbers and in words, whoever draws it. */
#ifndef CLI_RENDER_SHARES_H
#define CLI_RENDER_SHARES_H

#include "core/arena.h"
#include "ray/placement.h"

/* Workers of one group, or of all, by what they get. */
struct shares {
    int64_t full;  /* a replica, wherever Ray puts them */
    int64_t maybe; /* a replica or none */
    int64_t empty; /* none in any case */
};

/* Of the cluster as it starts. */
struct shares shares_of_all(const struct placement *placement);

/* The model knows bounds over all groups; a group's own follow from them. */
struct shares shares_of_group(const struct shares *all, const struct placement_group *group);

/* Replicas that have no place on the largest cluster. */
struct homeless {
    int64_t replicas;
    bool at_least; /* or more: what is sure of each alone, where they compete */
};

struct homeless homeless_replicas(const struct placement *placement);

/* "fits", "never", "unknown" */
const char *verdict_name(enum placement_verdict verdict);

/* False: nobody can know the number. */
static inline bool is_known(int64_t number)
{
    return number >= 0 && number != PLACEMENT_NO_LIMIT;
}

/* "1 to 2 of 3 ready" */
const char *ready_text(struct arena *arena, const struct shares *shares);

/* "2 to 5 workers × 4 CPU, 1 GPU" */
const char *workers_text(struct arena *arena, const struct placement_group *group);

/* "num-cpus 0" */
const char *head_text(struct arena *arena, const struct placement *placement);

/* "at least 2 replicas" */
const char *homeless_text(struct arena *arena, const struct homeless *homeless);

#endif
