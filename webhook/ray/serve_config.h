/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serveConfigV2 as a read-only struct: the applications and deployments it lists, with what decides
 * where replicas go. It is a list of overrides: what it leaves out, the application's code decides,
 * so "absent" and "unknown" are kept apart from every number.
 */
#ifndef RAY_SERVE_CONFIG_H
#define RAY_SERVE_CONFIG_H

#include "core/path.h"
#include "core/yaml.h"

enum serve_replicas {
    SERVE_REPLICAS_FROM_CODE, /* num_replicas is absent: the code decides, usually 1 */
    SERVE_REPLICAS_FIXED,     /* start = max = num_replicas */
    SERVE_REPLICAS_AUTO,      /* autoscaled between min and max, starts with start */
    SERVE_REPLICAS_UNKNOWN,   /* null, or nothing Ray would take */
};

struct serve_deployment {
    struct path at;
    const struct yaml_value *value; /* the mapping */
    const struct serve_application *application;
    const char *name; /* "" if absent */
    enum serve_replicas replicas;
    int64_t start_replicas, min_replicas, max_replicas; /* before target_capacity */
    int64_t max_replicas_per_node;                      /* 1 to 100; 0: no limit, or the code's */
    const struct yaml_value *actor_options; /* ray_actor_options or NULL: the code decides */
};

struct serve_application {
    struct path at;
    const struct yaml_value *value;
    const char *name; /* "default" if absent, as Ray has it */
    struct serve_deployment *deployments;
    size_t deployment_count;
};

enum serve_state {
    SERVE_READ,    /* a mapping: the rest is filled */
    SERVE_EMPTY,   /* no text, or one that means null: KubeRay sends {} */
    SERVE_INVALID, /* KubeRay can not turn it into JSON: see the problem */
    SERVE_TOO_LARGE,
};

struct serve_config {
    struct path at; /* inside the text */
    enum serve_state state;
    struct problem problem;
    struct yaml_document document;
    struct serve_application *applications;
    size_t application_count, deployment_count;
};

/*
 * Does any worker ever have a Serve proxy? With proxy_location HeadOnly or Disabled none does, and
 * a probe that asks it can not help (measured on Ray: every worker stays unready). config: NULL
 * where the text does not name the key.
 */
#define SERVE_PROXY_LOCATION "proxy_location"
bool serve_has_worker_proxies(const struct serve_config *config);

/* NULL if the arena is exhausted. text: spec.serveConfigV2 or NULL; at: its place. */
const struct serve_config *serve_config_read(struct arena *arena, const char *text,
                                             const struct path *at);

/* The place of a member, with its line and column; of the mapping where it has no such member. */
struct path serve_member_path(const struct path *up, const struct yaml_value *mapping,
                              const char *key);

#endif
