/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The worker counts of a running RayService. KubeRay does not hand changed counts on to a
 * RayCluster that runs (they are not in its hash), so on UPDATE the counts in the spec may never
 * come true; the running ones are in oldObject.status.
 */
#ifndef RAY_RUNNING_H
#define RAY_RUNNING_H

#include "ray/service.h"
#include "ray/version.h"

struct running_workers {
    bool known;         /* a RayCluster is there, and its status says how many workers it has */
    int64_t count, max; /* over all groups; max: what the autoscaler may ask for */
};

struct running_workers running_workers_of(const struct ray_service *previous);

/* The name of that RayCluster; "" if there is none. */
const char *running_cluster_of(const struct ray_service *previous);

/* Do they stay after this UPDATE? Not if it brings a new cluster, or a further group. */
bool running_workers_stay(struct arena *arena, const struct ray_service *service,
                          const struct ray_service *previous, struct ray_release kuberay);

/* The group of that name, or NULL. */
const struct ray_group *running_group(const struct ray_service *service, const char *name);

#endif
