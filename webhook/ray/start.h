/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `ray start` announces in a Pod of a group, before the Pod exists: KubeRay writes the line
 * from rayStartParams, the group's `resources` and the Ray container's limits (common/pod.go).
 * Everything that can not be foreseen is unknown, never guessed.
 */
#ifndef RAY_START_H
#define RAY_START_H

#include "ray/amount.h"
#include "ray/service.h"

struct ray_resource {
    const char *name;
    int64_t amount; /* of RAY_ONE */
};

struct ray_resources {
    struct ray_resource *items; /* no two of one name */
    size_t count;
};

/* The flags, as bash hands them on. */
struct ray_start {
    bool generated;           /* false: KubeRay does not write the line; the rest is empty */
    const char *cpus, *gpus;  /* NULL: no flag, so Ray detects; "": a flag without a value */
    const char *memory;       /* in bytes */
    bool cpus_requested;      /* cpus is requests.cpu, which KubeRay counts since 1.3 */
    bool resources_unknown;   /* --resources is no JSON of numbers, so ray start fails */
    struct ray_resources own; /* --resources */
};

/* A node's logical resources; RAY_UNLIMITED where unknown. */
struct ray_node {
    int64_t cpu, gpu, memory;
    bool cpu_requested; /* cpu is what KubeRay takes from requests.cpu, since 1.3 */
    bool own_unknown;   /* it may have others besides */
    bool overridable;   /* envFrom may bring RAY_OVERRIDE_RESOURCES, which nobody sees here */
    struct ray_resources own;
};

struct ray_start ray_start_of(struct arena *arena, const struct ray_service *service,
                              const struct ray_group *group);

struct ray_node ray_node_of(struct arena *arena, const struct ray_service *service,
                            const struct ray_group *group);

/* The same node, if nobody knew what it has. */
struct ray_node ray_node_unknown(void);

/* name: CPU, GPU, memory, or a custom resource. */
int64_t ray_node_amount(const struct ray_node *node, const char *name);

/* Reads the value of --resources; also what stands in the serve config. False: not usable. */
bool ray_resources_read(struct arena *arena, struct bytes json, struct ray_resources *ret);

#endif
