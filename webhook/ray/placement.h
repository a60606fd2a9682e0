/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which worker Pods get a Serve replica: what can be said before Ray is asked. `never` is a proof;
 * `fits` holds in whatever order Ray places; everything else is `unknown`.
 */
#ifndef RAY_PLACEMENT_H
#define RAY_PLACEMENT_H

#include "ray/serve_config.h"
#include "ray/service.h"

enum placement_verdict { PLACEMENT_UNKNOWN, PLACEMENT_FITS, PLACEMENT_NEVER };

#define PLACEMENT_NO_LIMIT INT64_MAX

struct placement_group {
    const struct ray_group *group; /* a worker group, or the head */
    struct ray_pods pods;
};

struct placement_deployment {
    const struct serve_deployment *deployment;
    enum placement_verdict verdict;
    int64_t wanted;     /* replicas at start; -1: unknown */
    int64_t wanted_max; /* -1: unknown */
    int64_t room;       /* replicas that can start at most, alone on the largest cluster;
                           PLACEMENT_NO_LIMIT: nobody can know */
    int64_t per_node;   /* max_replicas_per_node, or what resources allow on the roomiest node */
};

struct placement {
    enum placement_verdict verdict;
    struct placement_group *groups; /* worker groups, in the object's order */
    size_t group_count;
    int64_t workers_start, workers_max;
    struct placement_deployment *deployments; /* in the config's order, over all applications */
    size_t deployment_count;
    /* Workers that never get a replica, on the largest cluster; -1: nobody can know. */
    int64_t without_at_least, without_at_most;
    /* The same for the cluster as it starts. */
    int64_t without_at_start;
};

/* NULL if the arena is exhausted. */
const struct placement *placement_of(struct arena *arena, const struct ray_service *service,
                                     const struct serve_config *config);

#endif
