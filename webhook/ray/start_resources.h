/* SPDX-License-Identifier: Apache-2.0 */
/* The --resources flag of `ray start`: JSON, twice quoted. */
#ifndef RAY_START_RESOURCES_H
#define RAY_START_RESOURCES_H

#include "ray/start.h"

/* A quantity of the API as text: the API server takes numbers too. */
struct bytes quantity_text(struct arena *arena, const struct json *value);

/* Whether KubeRay counts it as a GPU (utils.IsGPUResourceKey). */
bool is_gpu_key(const char *key);

/* The same for a name in the group's own resources, where case does not matter. */
bool is_gpu_name(const char *name);

/* Of the members whose key passes and that are not zero, the one with the least key, or NULL. */
const struct json *first_quantity(struct arena *arena, const struct json *quantities,
                                  bool (*passes)(const char *));

/*
 * Fills own and resources_unknown. False if KubeRay could not read the user's value: then it adds
 * neither accelerators nor GPUs (addWellKnownAcceleratorResources).
 */
bool start_resources(struct arena *arena, const struct ray_group *group, const struct json *limits,
                     struct ray_start *start);

#endif
