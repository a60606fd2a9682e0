/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The question in numbers: kinds of nodes with what each has, demands with what each takes. Node
 * counts may be billions: everything here loops over groups and deployments, never over nodes or
 * replicas.
 */
#ifndef RAY_PLACEMENT_MODEL_H
#define RAY_PLACEMENT_MODEL_H

#include "ray/placement.h"

struct need {
    size_t resource;
    int64_t amount; /* above 0 */
};

struct needs {
    struct need *items;
    size_t count;
};

struct model_node {
    struct placement_group *group;
    int64_t start, max;      /* how many there are */
    bool asked;              /* its readiness asks the proxy: a worker, and not in vain */
    const int64_t *capacity; /* by resource */
};

struct model_demand {
    struct placement_deployment *out;
    const struct demand *demand;
    struct needs node, total;
    struct needs *bundles;
    bool starts;     /* at least one replica finds room, in whatever order Ray places */
    uint64_t *asked; /* bits: which nodes that are asked can hold a replica */
};

struct model {
    struct arena *arena;
    struct placement *placement;
    const char **resources; /* sorted */
    size_t resource_count;
    struct model_node *nodes; /* the groups that have Pods: workers, then the head */
    size_t node_count;
    struct model_demand *demands; /* without those that are replaced or refused */
    size_t demand_count;
    size_t application_count;
    bool open;        /* deployments that nobody listed */
    bool has_bundles; /* a replica may take room on nodes where it is not */
};

/* False if the arena is exhausted or the question is too large to be asked. */
bool model_make(struct model *model, const struct demands *demands);

/* The index of a resource that somebody asks for, or of CPU. */
size_t model_resource(const struct model *model, const char *name);

/* Pieces of the needs that one such node holds, if it is empty; at most limit. */
int64_t model_capacity(const struct model_node *node, const struct needs *needs, int64_t limit);

/* Pieces of one replica that need one node each: its bundles, or the replica itself. */
size_t model_piece_count(const struct model_demand *demand);
const struct needs *model_piece(const struct model_demand *demand, size_t i);

/* How much of a resource they are; 0 if none. */
int64_t model_amount(const struct needs *needs, size_t resource);

/* U1, U2 and U5 for each deployment. */
void model_find_never(struct model *model);

/* U3, U4 and what is lost between pieces, over all of them. */
void model_find_shortage(struct model *model);

/* Whether every replica finds room in whatever order Ray places; sets the verdicts. */
void model_find_fits(struct model *model);

/* The bounds on workers without a replica. */
void model_find_spread(struct model *model);

#endif
