/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was injected, as the annotation rayservice-webhook/injected of the RayService remembers it:
 * {"head":"num-cpus","groups":["small-group"]}. It is outside KubeRay's hash, and it is what tells
 * a value of ours, to be restored, from one that the user took away.
 */
#ifndef ADMISSION_MARKS_H
#define ADMISSION_MARKS_H

#include "core/named.h"
#include "ray/service.h"

#define MARKS_ANNOTATION "rayservice-webhook/injected"
#define INJECT_ANNOTATION "rayservice-webhook/inject" /* "off" or "now" */

struct marks {
    const char *head; /* "num-cpus", "resources.CPU" or "" */
    struct named_list groups;
    bool unreadable; /* somebody wrote over it: what was ours is told by its value then */
};

/* An annotation that is absent or not ours marks nothing. service may be NULL. */
struct marks marks_read(struct arena *arena, const struct ray_service *service);

bool marks_have_head(const struct marks *marks, const char *key);
bool marks_have_group(const struct marks *marks, const char *name);

#endif
