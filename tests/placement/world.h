/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small cluster and a serve config, both as a RayService sees them and as they really are: what
 * the config leaves to the code, and what a Pod does not say, is decided here at random.
 */
#ifndef TESTS_PLACEMENT_WORLD_H
#define TESTS_PLACEMENT_WORLD_H

#include "core/text.h"

#include <stdint.h>

enum {
    RESOURCES = 3, /* CPU, GPU, accel; in thousandths */
    GROUPS_MAX = 3,
    NODES_MAX = 6,
    DEPLOYMENTS_MAX = 4,
    BUNDLES_MAX = 2,
};

enum world_shape { SHAPE_NODE, SHAPE_STRICT_PACK, SHAPE_PACK, SHAPE_STRICT_SPREAD };

struct world_node {
    int group; /* -1: the head */
    int capacity[RESOURCES];
    bool asked; /* a worker whose probe reaches its proxy */
};

struct world_deployment {
    int application;
    bool ingress;
    enum world_shape shape;
    int bundles;
    int need[BUNDLES_MAX][RESOURCES];
    int replicas;      /* as many as it really wants now */
    int limit;         /* replicas a node; 0: no limit */
    bool limit_hidden; /* the code has it, not the config */
    int gang;          /* replicas that start together or not at all */
};

struct world {
    struct world_node nodes[NODES_MAX];
    int node_count;
    struct world_deployment deployments[DEPLOYMENTS_MAX];
    int deployment_count, application_count;
    bool hidden;         /* not all of it is in the service */
    bool at_start;       /* every autoscaled deployment has the replicas it starts with */
    bool autoscaled;     /* the cluster may grow, */
    bool grown;          /* and has as many nodes as it may ever have */
    struct text service; /* JSON of a RayService */
};

/* A sequence of numbers that a seed decides (xorshift64*). */
struct chance {
    uint64_t state;
};

unsigned chance_below(struct chance *chance, unsigned bound);

void world_make(struct world *world, struct arena *arena, struct chance *chance);

#endif
