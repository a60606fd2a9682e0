/* SPDX-License-Identifier: Apache-2.0 */
/* How many Pods the operator makes (utils.GetWorkerGroupDesiredReplicas). */
#include "ray/service.h"

/* The API server lets no other number in. */
static int64_t int32(int64_t number)
{
    if (number < INT32_MIN)
        return INT32_MIN;
    return number > INT32_MAX ? INT32_MAX : number;
}

static int64_t clamp(const struct ray_group *group)
{
    if (group->replicas < group->min_replicas)
        return int32(group->min_replicas);
    return int32(group->replicas > group->max_replicas ? group->max_replicas : group->replicas);
}

/* Go multiplies two int32, and wraps. */
static int64_t wrap(int64_t product)
{
    int64_t low = product & UINT32_MAX;

    return low > INT32_MAX ? low - UINT32_MAX - 1 : low;
}

struct ray_pods ray_group_pods(const struct ray_service *service, const struct ray_group *group)
{
    /* numOfHosts 0 gets lost on the way into the RayCluster, and the CRD's default 1 fills it. */
    int64_t hosts = group->hosts > 0 ? int32(group->hosts) : 1;
    int64_t most = int32(group->max_replicas);
    struct ray_pods pods = {0};

    if (service->suspended || group->suspended)
        return pods;
    if (group->head)
        return (struct ray_pods){1, 1};
    pods.start = pods.max = wrap(clamp(group) * hosts);
    if (service->autoscaling && most > pods.start / hosts)
        pods.max = int32(most * hosts);
    return pods;
}
