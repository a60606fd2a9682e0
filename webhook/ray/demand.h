/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the deployments of a serve config ask of the cluster: how many replicas, and what one takes.
 * The config overrides the code, so what it leaves out is unknown: a demand that is not written
 * counts as none, which keeps "can never start" true.
 */
#ifndef RAY_DEMAND_H
#define RAY_DEMAND_H

#include "ray/serve_config.h"
#include "ray/start.h"

#define RAY_REPLICAS_UNKNOWN (-1)

enum demand_shape {
    DEMAND_NODE,         /* a replica sits on one node with all it takes */
    DEMAND_BUNDLES,      /* its bundles may go to other nodes: PACK, SPREAD */
    DEMAND_STRICT_SPREAD /* its bundles go to different nodes */
};

struct demand {
    const struct serve_deployment *deployment;
    bool replaced; /* a later entry of the same name counts, not this one */
    bool refused;  /* Ray itself refuses these options, whatever the cluster (U6) */

    /* Replicas after target_capacity, or RAY_REPLICAS_UNKNOWN. floor: it never has fewer. */
    int64_t floor, start, max;
    int64_t gang; /* replicas start in groups of so many; 1: each by itself */

    /* What the node of the replica's actor gives: the actor's own demand, or the bundles'. */
    struct ray_resources node;
    /* What one replica takes in all; the same as node but for placement groups. */
    struct ray_resources total;
    struct ray_resources *bundles; /* NULL unless the shape has several */
    size_t bundle_count;
    enum demand_shape shape;
    bool exact;    /* all it takes is written; else it may be more, or need a certain node */
    int64_t limit; /* max_replicas_per_node; RAY_UNLIMITED if it is not written */
};

struct demands {
    struct demand *items; /* in the config's order, over all applications */
    size_t count;
    size_t application_count;
    bool open; /* an application's deployments are not listed, so there are others */
};

/* items is NULL if there are none, or if the arena is exhausted. */
struct demands demands_of(struct arena *arena, const struct serve_config *config);

#endif
