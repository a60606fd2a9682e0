/* SPDX-License-Identifier: Apache-2.0 */
/* What KubeRay refuses of the head group and of worker groups. */
#include "rules/refusals.h"

/* KubeRay looks at the integers of worker groups as the CRD stored them. */
static bool integer_of(const struct refusing *refusing, const char *key, int64_t *ret)
{
    return json_integer(json_member(refusing->group->json, key), ret);
}

/* Non-empty strings only: `num-cpus: ""` passes KubeRay's check. */
static void look_at_both_resources(const struct refusing *refusing)
{
    static const char *const keys[] = {"num-cpus", "num-gpus", "memory", "resources"};
    const struct ray_group *group = refusing->group;

    if (!json_first(group->resources))
        return;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *value = ray_start_param(group, keys[i]);

        if (!value || !*value)
            continue;
        refuse(refusing, PATH_KEY(PATH_KEY(&group->at, "rayStartParams"), keys[i]),
               "keep one of the two", "%.60s sets both resources and rayStartParams %s",
               group->name, keys[i]);
    }
}

static void look_at_label_param(const struct refusing *refusing)
{
    const struct ray_group *group = refusing->group;

    if (json_member(group->start_params, "labels"))
        refuse(refusing, PATH_KEY(PATH_KEY(&group->at, "rayStartParams"), "labels"),
               "use the group's labels field", "rayStartParams has labels");
}

static void look_at_containers(const struct refusing *refusing)
{
    if (refusing->group->json && !refusing->group->container)
        refuse(refusing, &refusing->group->container_at, "add one", "%.60s has no container",
               refusing->group->name);
}

static void look_at_counts(const struct refusing *refusing)
{
    static const char *const keys[] = {"minReplicas", "maxReplicas"};
    const struct ray_group *group = refusing->group;
    int64_t count[2];
    bool set[2];

    for (size_t i = 0; i < 2; i++) {
        set[i] = integer_of(refusing, keys[i], &count[i]);
        if (set[i] && count[i] < 0)
            refuse(refusing, PATH_KEY(&group->at, keys[i]), "write 0 or more",
                   "%.60s has negative %s %lld", group->name, keys[i], (long long)count[i]);
    }
    if (set[0] && set[1] && count[0] > count[1])
        refuse(refusing, PATH_KEY(&group->at, "minReplicas"), "raise maxReplicas",
               "%.60s has minReplicas %lld above maxReplicas %lld", group->name,
               (long long)count[0], (long long)count[1]);
}

/* The autoscaler's version 2, by the field or by the head's environment. */
static bool autoscaler_v2(const struct ray_service *service)
{
    const char *version = json_string(json_get(service->cluster, "autoscalerOptions.version"));
    const char *variable = ray_container_env(&service->head, "RAY_enable_autoscaler_v2");

    return (version && strcmp(version, "v2") == 0) ||
           (variable && (strcmp(variable, "1") == 0 || strcmp(variable, "true") == 0));
}

/* The CRD's defaults hide it: only an object that no CRD has defaulted can have it. */
static void look_at_missing_counts(const struct refusing *refusing)
{
    int64_t count;

    if (!refusing->service->autoscaling && (!integer_of(refusing, "minReplicas", &count) ||
                                            !integer_of(refusing, "maxReplicas", &count)))
        refuse(refusing, &refusing->group->at, "set both",
               "%.60s lacks minReplicas or maxReplicas while autoscaling is off",
               refusing->group->name);
}

/* autoscaler v2 replaces Pods itself. */
static void look_at_restart_policy(const struct refusing *refusing)
{
    const struct ray_group *group = refusing->group;
    const struct path *spec = PATH_KEY(PATH_KEY(&group->at, "template"), "spec");
    const char *policy = json_string(json_get(group->json, "template.spec.restartPolicy"));

    if (policy && *policy && strcmp(policy, "Never") != 0 && refusing->service->autoscaling &&
        autoscaler_v2(refusing->service))
        refuse(refusing, PATH_KEY(spec, "restartPolicy"), "write Never, or leave it out",
               "restartPolicy %.20s of %.60s with autoscaler v2", policy, group->name);
}

static void look_at_suspend(const struct refusing *refusing)
{
    if (refusing->group->suspended && refusing->service->autoscaling)
        refuse(refusing, PATH_KEY(&refusing->group->at, "suspend"), "remove suspend",
               "%.60s is suspended while autoscaling is on", refusing->group->name);
}

static void look_at_idle_timeout(const struct refusing *refusing)
{
    const struct path *at = PATH_KEY(&refusing->group->at, "idleTimeoutSeconds");
    int64_t seconds;

    if (!integer_of(refusing, "idleTimeoutSeconds", &seconds))
        return;
    if (seconds < 0)
        refuse(refusing, at, "write 0 or more", "idleTimeoutSeconds is negative");
    else if (!autoscaler_v2(refusing->service))
        refuse(refusing, at, "set autoscalerOptions.version: v2",
               "%.60s sets idleTimeoutSeconds without autoscaler v2", refusing->group->name);
}

static void look_at_priority(const struct refusing *refusing)
{
    static const struct ray_release first = {2, 56, 0};
    struct ray_release ray = refusing->input->versions.declared;
    int64_t priority;

    if (!integer_of(refusing, "priority", &priority) || priority == 0 ||
        (autoscaler_v2(refusing->service) && ray_release_compare(ray, first) >= 0))
        return;
    refuse(refusing, PATH_KEY(&refusing->group->at, "priority"), "remove it",
           "%.60s sets priority without autoscaler v2 and Ray 2.56", refusing->group->name);
}

static const struct refusal group_rows[] = {
    {{1, 3, 0}, look_at_containers},
    {{1, 4, 0}, look_at_restart_policy},
    {{1, 5, 0}, look_at_both_resources},
    {{1, 5, 0}, look_at_label_param},
};

static const struct refusal worker_rows[] = {
    {{1, 4, 0}, look_at_suspend},        {{1, 6, 0}, look_at_counts},
    {{1, 6, 0}, look_at_missing_counts}, {{1, 6, 0}, look_at_idle_timeout},
    {{1, 7, 0}, look_at_priority},
};

const struct refusals group_refusals = {group_rows, sizeof group_rows / sizeof *group_rows};
const struct refusals worker_refusals = {worker_rows, sizeof worker_rows / sizeof *worker_rows};
