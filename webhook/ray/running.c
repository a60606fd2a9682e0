/* SPDX-License-Identifier: Apache-2.0 */
#include "ray/running.h"

#include "ray/cluster_change.h"

static int64_t integer_or_zero(const struct json *value)
{
    int64_t number = 0;

    (void)json_integer(value, &number);
    return number;
}

static bool has_cluster(const struct json *status)
{
    const char *name = json_string(json_member(status, "rayClusterName"));

    return name && *name;
}

/* While an upgrade is pending, serveConfigV2 goes to the pending cluster. */
static const struct json *status_of(const struct ray_service *previous)
{
    const struct json *all = json_member(previous->json, "status");
    const struct json *pending = json_member(all, "pendingServiceStatus");

    return has_cluster(pending) ? pending : json_member(all, "activeServiceStatus");
}

const char *running_cluster_of(const struct ray_service *previous)
{
    const char *name = json_string(json_member(status_of(previous), "rayClusterName"));

    return name ? name : "";
}

/* Zeros are left out of the status. */
struct running_workers running_workers_of(const struct ray_service *previous)
{
    const struct json *status = status_of(previous);
    const struct json *cluster = json_member(status, "rayClusterStatus");

    if (!has_cluster(status) || !cluster)
        return (struct running_workers){0};
    return (struct running_workers){
        .known = true,
        .count = integer_or_zero(json_member(cluster, "desiredWorkerReplicas")),
        .max = integer_or_zero(json_member(cluster, "maxWorkerReplicas")),
    };
}

/*
 * With upgradeStrategy None nothing reaches the running cluster. An unknown operator is taken for a
 * new one: since 1.2 all worker counts are outside the hash, and this only makes warnings.
 */
bool running_workers_stay(struct arena *arena, const struct ray_service *service,
                          const struct ray_service *previous, struct ray_release kuberay)
{
    const char *strategy = json_string(json_get(service->spec, "upgradeStrategy.type"));
    struct cluster_question question = {.operator_version = kuberay};

    if (!ray_release_known(kuberay))
        question.operator_version = (struct ray_release){1, 7, 0};
    if (strategy && strcmp(strategy, "None") == 0)
        return true;
    return cluster_compare(arena, previous, service, question).change == CLUSTER_SAME;
}

const struct ray_group *running_group(const struct ray_service *service, const char *name)
{
    for (size_t i = 0; i < service->group_count; i++)
        if (strcmp(service->groups[i].name, name) == 0)
            return &service->groups[i];
    return NULL;
}
