/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an UPDATE of rayClusterConfig does to the cluster that runs: the operator compares a hash of
 * the typed struct, without the fields it mutes, and which those are depends on its version. Never
 * guessed: what differs between versions, or may be lost in Go's encoding, is `may`.
 */
#ifndef RAY_CLUSTER_CHANGE_H
#define RAY_CLUSTER_CHANGE_H

#include "ray/service.h"
#include "ray/version.h"

enum cluster_change {
    CLUSTER_SAME,     /* nothing the operator looks at */
    CLUSTER_IN_PLACE, /* worker groups appended: the running RayCluster gets them */
    CLUSTER_MAY_ROLL, /* a second RayCluster for some operators */
    CLUSTER_ROLLS,    /* a second RayCluster for every operator */
};

struct cluster_difference {
    enum cluster_change change;
    const struct path *at; /* the first place of that weight; NULL where nothing changes */
};

/* How to look at it. */
struct cluster_question {
    struct ray_release operator_version; /* KubeRay's; 0.0.0: unknown */
    /* What the webhook injects and new lacks is about to be restored, so its absence is no change.
     */
    bool injection_is_restored;
};

/* Ask the arena afterwards. */
struct cluster_difference cluster_compare(struct arena *arena, const struct ray_service *old,
                                          const struct ray_service *new,
                                          struct cluster_question question);

#endif
