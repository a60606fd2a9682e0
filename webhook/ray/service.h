/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A RayService as a read-only struct: what the rules need of it, each part with its place. Read
 * leniently, as KubeRay does: a member of the wrong type counts as absent (the CRD refuses it
 * before us). All pointers are into the arena or the JSON it was read from.
 */
#ifndef RAY_SERVICE_H
#define RAY_SERVICE_H

#include "core/json.h"
#include "core/named.h"
#include "core/path.h"

/* headGroupSpec or an entry of workerGroupSpecs. */
struct ray_group {
    struct path at;
    const struct json *json;
    bool head;
    const char *name;                /* groupName; "head" for the head; "" if absent */
    const struct json *start_params; /* rayStartParams or NULL */
    const struct json *resources;    /* the group's own `resources` (KubeRay ≥ 1.5) or NULL */
    /* Counts as the CRD defaults them: replicas 0, minReplicas 0, maxReplicas INT32_MAX,
     * numOfHosts 1. */
    int64_t replicas, min_replicas, max_replicas, hosts;
    bool suspended;
    /* Containers of the Pod template; Ray's is index 0, whatever its name (facts: KubeRay's
     * RayContainerIndex). */
    const struct json *containers;
    const struct json *container; /* index 0 or NULL */
    struct path container_at;
};

struct ray_service {
    struct path root, metadata_at, spec_at, cluster_at, groups_at;
    struct path serve_at; /* spec.serveConfigV2 */
    const struct json *json, *metadata, *annotations, *spec,
        *cluster;                 /* cluster: rayClusterConfig */
    const char *namespace, *name; /* "" if absent */
    const char *ray_version;      /* spec.rayClusterConfig.rayVersion as written; "" if absent */
    bool deleting;                /* metadata.deletionTimestamp is set */
    bool autoscaling;             /* enableInTreeAutoscaling */
    bool suspended;               /* spec.suspend or rayClusterConfig.suspend */
    struct ray_group head;
    struct ray_group *groups;
    size_t group_count;
    const char *serve_text; /* spec.serveConfigV2; NULL if absent */
};

/* NULL if the arena is exhausted. object: the RayService; anything else gives an empty one. */
const struct ray_service *ray_service_read(struct arena *arena, const struct json *object);

const char *ray_service_annotation(const struct ray_service *service, const char *key);

/* The value of a rayStartParams key, or NULL. */
const char *ray_start_param(const struct ray_group *group, const char *key);

/* The worker groups, sorted by groupName; values are struct ray_group. service may be NULL. */
struct named_list ray_groups_by_name(struct arena *arena, const struct ray_service *service);

/*
 * For each worker group its group in the stored object, or NULL: of the same name, and where
 * several share one, the first is the first's. NULL without a stored object, or without memory.
 */
const struct ray_group **ray_groups_paired(struct arena *arena, const struct ray_service *service,
                                           const struct ray_service *previous);

/* The value of an environment variable of the Ray container; "" where it comes from elsewhere, NULL
 * if unset. */
const char *ray_container_env(const struct ray_group *group, const char *name);

/*
 * What the object says of the group's CPUs: the key of `resources` that KubeRay takes for them (cpu
 * in any case), which overwrites num-cpus of rayStartParams, else that; NULL if nothing.
 */
const struct json *ray_cpu_count(const struct ray_group *group);

/* The containerPort of that name in the Ray container, or otherwise (utils.FindContainerPort). */
int64_t ray_container_port(const struct ray_group *group, const char *name, int64_t otherwise);

/* Where the node's dashboard agent listens: as Go's ParseInt(…, 10, 32) reads the parameter. */
enum { RAY_AGENT_PORT = 52365 };

#define RAY_AGENT_PORT_PARAM "dashboard-agent-listen-port"
int64_t ray_agent_port(const struct ray_group *group);

/* KubeRay ≥ 1.6 also takes a port whose name begins with `serve-` for the serve Service. */
bool ray_has_serve_port(const struct ray_group *head);

/*
 * Does KubeRay write the Pod's `ray start` line from rayStartParams? Not with the annotation
 * ray.io/overwrite-container-cmd, nor where the container's own command has `ray start` in it.
 */
bool ray_start_is_generated(const struct ray_service *service, const struct ray_group *group);

/* Worker Pods of a group, as KubeRay's GetWorkerGroupDesiredReplicas counts them. */
struct ray_pods {
    int64_t start; /* when the cluster starts, and for ever without autoscaling */
    int64_t max;   /* with autoscaling: the most the autoscaler may ask for; else start */
};

struct ray_pods ray_group_pods(const struct ray_service *service, const struct ray_group *group);

#endif
