/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the replicas have a place, and every worker a replica. */
#include "rules/capacity_checks.h"
#include "rules/families.h"

static const struct rule rules[] = {
    {
        .name = "replicas-exceed-capacity",
        .level = LEVEL_DENY,
        .summary = "more replicas than the cluster can ever start",
        .why = "Ray keeps the replicas that find no room pending, so the application stays "
               "DEPLOYING for ever and KubeRay never makes the RayCluster the active one: a first "
               "deployment never gets ready, an upgrade never ends.",
        .example = "num_replicas: 3 and max_replicas_per_node: 1 on two workers",
        .fix = "Ask for fewer replicas, or for more workers.",
        .check = check_exceed,
    },
    {
        .name = "replica-fits-no-node",
        .level = LEVEL_DENY,
        .summary = "one replica asks for more than any node has",
        .why = "A replica sits on one node. If none is large enough it stays pending for ever, and "
               "the application DEPLOYING.",
        .example = "ray_actor_options: {num_cpus: 4} on workers of one CPU",
        .fix = "Ask for less, or give a worker group larger Pods.",
        .check = check_no_node,
    },
    {
        .name = "replicas-may-not-fit",
        .level = LEVEL_WARN,
        .summary = "replicas may find no place",
        .why = "Ray places replicas one by one, as they come, and never moves one: a place that "
               "exists on paper may be taken by another deployment. And what the config does not "
               "say, the code or Ray's defaults decide.",
        .example = "two deployments whose replicas fill the workers' CPUs to the last",
        .fix = "Say what a replica takes (ray_actor_options), and leave room on the workers.",
        .check = check_may_not_fit,
    },
    {
        .name = "replicas-need-more-workers",
        .level = LEVEL_WARN,
        .summary = "replicas find a place only when there are more workers",
        .why = "Until the autoscaler has added them the application is DEPLOYING. A running "
               "RayService keeps the workers it has: KubeRay applies changed counts only to a new "
               "RayCluster.",
        .example = "enableInTreeAutoscaling with minReplicas: 1, and num_replicas: 4",
        .fix = "Raise minReplicas, or ask for fewer replicas.",
        .check = check_need_more_workers,
    },
    {
        .name = "worker-without-replica",
        .level = LEVEL_WARN,
        .summary = "some workers stay unready: there are fewer replicas than workers",
        .why = "KubeRay marks a worker Pod Ready only if the Serve proxy on its node answers, and "
               "Ray starts a proxy only where a replica is. A worker without one stays 0/1 for "
               "ever: \"Readiness probe failed: success\".",
        .example = "num_replicas: 1 on two workers",
        .fix = "Have at least one replica a worker, spread with max_replicas_per_node.",
        .check = check_without_replica,
    },
    {
        .name = "worker-may-lack-replica",
        .level = LEVEL_WARN,
        .summary = "replicas may pile up on the workers that join first",
        .why = "KubeRay submits the config when the head is ready, before the workers are. Ray "
               "places all waiting replicas on the first worker that joins, if they have room "
               "there, and never moves one: the other workers stay 0/1 for ever. "
               "max_replicas_per_node is the only thing that keeps them apart.",
        .example = "num_replicas: 2 on two workers, without max_replicas_per_node",
        .fix = "Set max_replicas_per_node to the replicas divided by the workers, rounded up.",
        .check = check_may_lack_replica,
    },
    {
        .name = "worker-counts-not-applied",
        .level = LEVEL_WARN,
        .summary = "changed worker counts do not reach the running cluster",
        .why = "replicas, minReplicas and maxReplicas are not in KubeRay's hash of a RayCluster: "
               "an UPDATE that changes nothing else is stored and ignored, without an event.",
        .example = "an UPDATE from replicas: 2 to replicas: 4, and nothing else",
        .fix = "Set the count on the RayCluster too, or change it together with something that "
               "starts a new one.",
        .check = check_counts_not_applied,
    },
};

const struct rule_family capacity_family = RULE_FAMILY("capacity", "Replicas and workers", rules);
