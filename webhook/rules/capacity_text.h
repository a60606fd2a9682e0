/* SPDX-License-Identifier: Apache-2.0 */
/* How the capacity rules say numbers. All texts live in the input's arena. */
#ifndef RULES_CAPACITY_TEXT_H
#define RULES_CAPACITY_TEXT_H

#include "rules/rule.h"

/* "0.5", "4"; of memory "600Mi". */
const char *amount_text(struct arena *arena, const char *resource, int64_t amount);

/* "4 CPU", "600Mi memory". */
const char *amount_of_text(struct arena *arena, const char *resource, int64_t amount);

/* "2 workers", "1 worker". */
const char *count_text(struct arena *arena, int64_t count, const char *one, const char *many);

/* Where the room comes from: "4 workers × 2 per node", "2 in small × 1 + 1 in big × 4". */
const char *room_text(struct arena *arena, const struct placement *placement,
                      const struct placement_deployment *deployment);

/* Where its count is written: num_replicas, or a member of autoscaling_config. */
struct path replicas_path(struct arena *arena, const struct serve_deployment *deployment);

/* num_replicas says what is wanted: not autoscaled, not scaled by target_capacity. */
bool replicas_are_written(const struct placement_deployment *deployment);

/* Where a resource is asked for: in ray_actor_options or placement_group_bundles. NULL: somewhere.
 */
struct path option_path(struct arena *arena, const struct serve_deployment *deployment,
                        const char *resource);

/* An entry that a later one of its name replaces says nothing; what Ray refuses, others say. */
bool placement_is_judged(const struct placement_deployment *deployment);

/* Nodes of the group, as the cluster may grow; and pieces of the deployment that one holds. */
int64_t group_nodes(const struct placement_group *group);
int64_t group_holds(const struct placement_group *group,
                    const struct placement_deployment *deployment);

/* The only group with workers, or NULL. */
const struct placement_group *only_group(const struct placement *placement);

/* The only group with workers that hold the deployment's replica, or NULL. */
const struct placement_group *only_host(const struct placement *placement,
                                        const struct placement_deployment *deployment);

/* "2 CPU and 2 GPU". */
const char *asked_text(struct arena *arena, const struct ray_resources *asked);

/* What each group has too little of: "cpu-group has 1 CPU, gpu-group has 1 GPU". */
const char *lacks_text(struct arena *arena, const struct placement *placement,
                       const struct ray_resources *asked);

/* The only deployment that counts, or NULL. */
const struct placement_deployment *only_deployment(const struct placement *placement);

#endif
