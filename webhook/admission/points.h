/* SPDX-License-Identifier: Apache-2.0 */
/* The points of a RayService that are injected: what each holds now, and what it should. */
#ifndef ADMISSION_POINTS_H
#define ADMISSION_POINTS_H

#include "ray/serve_config.h"
#include "ray/service.h"

/*
 * Where the head's CPU count goes: KubeRay ≥ 1.5 refuses num-cpus beside a non-empty `resources`,
 * and there reads the count from its CPU key.
 */
struct head_shape {
    const char *parent, *key; /* members of headGroupSpec */
    const char *mark;         /* in the annotation */
    const char *label;
};

const struct head_shape *head_shape_of(const struct ray_group *head);

/* With no worker at all, replicas could run nowhere but on the head. */
bool head_can_be_spared(const struct ray_service *service);

/* The readinessProbe of the group's Ray container; `{}` is one, null is none. */
const struct json *worker_probe(const struct ray_group *group);

/* What shapes the probe's command. */
struct probe_ports {
    int64_t agent; /* the group's dashboard-agent-listen-port, else 52365 */
    int64_t serve; /* the Ray container's port named `serve`, else 8000 */
};

struct probe_ports probe_ports_of(const struct ray_group *group);

/*
 * The readiness probe of a RayService's worker as JSON, byte for byte the one that KubeRay 1.4
 * to 1.7 puts on the Pod itself: raylet check and proxy-actor check.
 */
struct bytes probe_json(struct arena *arena, struct probe_ports ports);

/* Is it, in meaning, what probe_json() writes for the group? */
bool probe_is_standard(struct arena *arena, const struct ray_group *group);

bool same_probe_ports(const struct ray_group *a, const struct ray_group *b);

#endif
