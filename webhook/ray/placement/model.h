/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The question in numbers: kinds of nodes with what each has, demands with what each takes. Node
 * counts may be billions: everything here loops over kinds and demands, never over nodes or
 * replicas.
 */
#ifndef RAY_PLACEMENT_MODEL_H
#define RAY_PLACEMENT_MODEL_H

#include "ray/placement.h"

/* Which replicas on which cluster: with autoscaling, both grow. */
enum moment { AT_START, AT_LARGEST, MOMENTS };

struct need {
    size_t resource;
    int64_t amount; /* above 0 */
};

struct needs {
    struct need *items; /* by resource */
    size_t count;
};

/* Nodes that have the same. */
struct model_node {
    struct placement_group *group; /* the first such group */
    int64_t count[MOMENTS];
    bool asked;              /* its readiness asks the proxy: a worker, and not in vain */
    const int64_t *capacity; /* by resource */
};

/* The kinds that have some of a resource, the least first. */
struct model_order {
    uint32_t *kinds;
    size_t count;
    int64_t most_known; /* the largest capacity that is no guess; 0: none */
};

#define ROW_UNLIMITED UINT32_MAX

/* Something that has to lie on one node, and how often each kind of node holds it. */
struct model_row {
    struct needs needs;
    int64_t limit;         /* pieces a node; RAY_UNLIMITED: none */
    const uint32_t *holds; /* by kind of node; ROW_UNLIMITED: so many that nobody can know */
    const uint64_t *known; /* bits: kinds that surely hold one */
    const uint64_t *asked; /* bits: kinds that may hold one, and are asked */
    int64_t room[MOMENTS]; /* pieces that all nodes hold together */
    int64_t best;          /* that one node holds at most */
    bool capacities_known;
};

struct model_demand {
    struct placement_deployment *out;
    const struct demand *demand;
    const struct model_row *row;     /* the replica, or its first bundle */
    const struct model_row **pieces; /* its bundles, or the replica itself */
    size_t piece_count;
    /* In whatever order Ray places, by moment: at least one replica starts; all of them do. */
    bool starts[MOMENTS], all_start[MOMENTS];
};

struct model {
    struct arena *arena;
    struct placement *placement;
    const char **resources; /* sorted */
    size_t resource_count;
    struct model_node *nodes;
    size_t node_count;
    struct model_order *orders; /* by resource */
    size_t *kinds;              /* by group of the placement: its node; node_count if it has none */
    struct model_row *rows;
    size_t row_count;
    struct model_demand *demands; /* without those that are replaced or refused */
    size_t demand_count;
    size_t application_count;
    bool open;        /* deployments that nobody listed */
    bool has_bundles; /* a replica may take room on nodes where it is not */
    bool grows;       /* AT_LARGEST is not AT_START */
};

/* False if the arena is exhausted or the question is too large to be asked. */
bool model_make(struct model *model, const struct demands *demands);

/* The parts of it. */
bool model_make_nodes(struct model *model);
bool model_make_rows(struct model *model);

/* The index of a resource that somebody asks for, or of CPU. */
size_t model_resource(const struct model *model, const char *name);

/* How much of a resource they are; 0 if none. */
int64_t model_amount(const struct needs *needs, size_t resource);

static inline size_t bits_words(const struct model *model)
{
    return model->node_count / 64 + 1;
}

static inline bool bits_have(const uint64_t *bits, size_t i)
{
    return bits[i / 64] >> i % 64 & 1;
}

/* How many nodes those kinds are. */
int64_t bits_count(const struct model *model, const uint64_t *bits, enum moment moment);

/* U1, U2 and U5 for each deployment. */
void model_find_never(struct model *model);

/* U3, U4 and what is lost between pieces, over all of them. */
void model_find_shortage(struct model *model);

/* Whether every replica finds room in whatever order Ray places; sets the verdicts. */
void model_find_fits(struct model *model);

/* The bounds on workers without a replica. */
void model_find_spread(struct model *model);

#endif
