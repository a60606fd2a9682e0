/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may be in a replica's way: everything that is asked of a resource, wherever it fits. If one
 * found no place, every node that can hold it would be blocked, and that takes so much use.
 */
#ifndef RAY_PLACEMENT_FITS_H
#define RAY_PLACEMENT_FITS_H

#include "ray/placement/model.h"

/* Of one resource. */
struct supply {
    int64_t total[MOMENTS];   /* what all listed deployments ask */
    int64_t *within[MOMENTS]; /* by place in the order: what those ask whose piece fits there, */
    int64_t *on_one[MOMENTS]; /* and what of it may lie on one node, by their limits */
    int64_t unit;             /* divides every demand, so use grows in steps of it */
};

struct fits {
    const struct model *model;
    struct supply *supplies; /* by resource */
    enum moment moment;
    bool unknown;     /* somebody asks for something that is not written */
    int64_t unlisted; /* deployments of one replica and one CPU to think of besides */
    size_t cpu;
};

/* A piece that wants room. */
struct guest {
    const struct model_row *row;
    int64_t own;    /* replicas of its deployment in all, */
    int64_t placed; /* and how many of them may be there already */
    int64_t limit;  /* of them on one node */
    int64_t closed; /* nodes that some rule closes to it */
    /* fits_finds_room()'s own, counted once for all its proofs. */
    int64_t nodes;   /* that surely hold one */
    bool shares_all; /* others ask for each of its resources */
};

/* False if the arena is exhausted. */
bool fits_prepare(struct fits *fits, const struct model *model);

/* From now on each application has a deployment that nobody listed: one replica, one CPU. */
void fits_add_unlisted(struct fits *fits);

/* Of the demand as the moment has it; unknown is none, and marked. */
int64_t fits_replicas(const struct demand *demand, enum moment moment);

/* It holds nothing anywhere, so it is in nobody's way. */
bool fits_never_starts(const struct placement_deployment *deployment);

/* What is asked of a resource without so many of these pieces; RAY_UNLIMITED: unknown. */
int64_t fits_rest(const struct fits *fits, const struct need *need, int64_t pieces);

/* Does it find room wherever everything else is? False: nobody can tell. */
bool fits_finds_room(const struct fits *fits, const struct guest *guest);

#endif
