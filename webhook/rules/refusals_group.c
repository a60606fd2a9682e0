/* SPDX-License-Identifier: Apache-2.0 */
/* What KubeRay refuses of the head group and of worker groups. */
#include "rules/refusals.h"

enum { LONGEST_LABEL = 63, LONGEST_SUBDOMAIN = 253 };

#define UPPER_CASE "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

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

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* ([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9], at most 63. */
static bool is_label_part(const char *text, size_t length)
{
    if (!length || length > LONGEST_LABEL || !is_alphanumeric(text[0]) ||
        !is_alphanumeric(text[length - 1]))
        return false;
    for (size_t i = 0; i < length; i++)
        if (!is_alphanumeric(text[i]) && !strchr("-_.", text[i]))
            return false;
    return true;
}

/* A DNS-1123 subdomain: lower case, parts between dots, each with a letter or digit at its ends. */
static bool is_subdomain(const char *text, size_t length)
{
    if (!length || length > LONGEST_SUBDOMAIN)
        return false;
    for (size_t i = 0; i < length; i++) {
        bool dot = text[i] == '.', ends = i == 0 || i + 1 == length;

        if (!dot && text[i] != '-' && (!is_alphanumeric(text[i]) || strchr(UPPER_CASE, text[i])))
            return false;
        if (!is_alphanumeric(text[i]) && ends)
            return false;
        if (dot && (!is_alphanumeric(text[i - 1]) || !is_alphanumeric(text[i + 1])))
            return false;
    }
    return true;
}

static bool is_label_key(const char *key)
{
    size_t prefix = strcspn(key, "/");

    if (!key[prefix])
        return is_label_part(key, prefix);
    return is_subdomain(key, prefix) && is_label_part(key + prefix + 1, strlen(key + prefix + 1));
}

static void look_at_labels(const struct refusing *refusing)
{
    const struct path *at = PATH_KEY(&refusing->group->at, "labels");
    const struct json *labels = json_member(refusing->group->json, "labels");

    if (json_kind(labels) != JSON_OBJECT)
        return;
    for (const struct json *each = json_first(labels); each; each = json_next(each)) {
        const char *key = json_key(each), *value = json_string(each);

        if (!is_label_key(key))
            refuse(refusing, at, "write it as Kubernetes wants it", "\"%.60s\" is no label key",
                   key);
        if (value && *value && !is_label_part(value, strlen(value)))
            refuse(refusing, PATH_KEY(at, key), "write it as Kubernetes wants it",
                   "\"%.60s\" is no label value", value);
    }
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

static bool asks_for_autoscaler_v2(const struct ray_service *service)
{
    const char *version = json_string(json_get(service->cluster, "autoscalerOptions.version"));

    return version && strcmp(version, "v2") == 0;
}

/* The autoscaler's version 2, by the field or by the head's environment. */
static bool autoscaler_v2(const struct ray_service *service)
{
    const char *variable = ray_container_env(&service->head, "RAY_enable_autoscaler_v2");

    return asks_for_autoscaler_v2(service) ||
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

/* autoscaler v2 replaces Pods itself; KubeRay asks for the field only. */
static void look_at_restart_policy(const struct refusing *refusing)
{
    const struct ray_group *group = refusing->group;
    const struct path *spec = PATH_KEY(PATH_KEY(&group->at, "template"), "spec");
    const char *policy = json_string(json_get(group->json, "template.spec.restartPolicy"));

    if (policy && *policy && strcmp(policy, "Never") != 0 && refusing->service->autoscaling &&
        asks_for_autoscaler_v2(refusing->service))
        refuse(refusing, PATH_KEY(spec, "restartPolicy"), "write Never, or leave it out",
               "restartPolicy %.20s of %.60s with autoscaler v2", policy, group->name);
}

static void look_at_suspend(const struct refusing *refusing)
{
    if (refusing->group->suspended && refusing->service->autoscaling)
        refuse(refusing, PATH_KEY(&refusing->group->at, "suspend"), "remove suspend",
               "%.60s is suspended while autoscaling is on", refusing->group->name);
}

/* The gate that lets a group be suspended is on by default from 1.6 on. */
static void look_at_suspend_gate(const struct refusing *refusing)
{
    static const struct ray_release open = {1, 6, 0};

    if (refusing->group->suspended && !refusing->service->autoscaling &&
        ray_release_compare(refusing->input->kuberay, open) < 0)
        warn_of_gate(refusing, PATH_KEY(&refusing->group->at, "suspend"),
                     "KubeRay 1.3 to 1.5 refuse it", "RayJobDeletionPolicy");
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
    struct ray_release ray = ray_release_generic(refusing->service->ray_version);
    int64_t priority;

    if (!integer_of(refusing, "priority", &priority) || priority == 0 ||
        (autoscaler_v2(refusing->service) && ray_release_compare(ray, first) >= 0))
        return;
    refuse(refusing, PATH_KEY(&refusing->group->at, "priority"), "remove it",
           "%.60s sets priority without autoscaler v2 and Ray 2.56", refusing->group->name);
}

static const struct refusal group_rows[] = {
    {{1, 3, 0}, look_at_containers},     {{1, 4, 0}, look_at_restart_policy},
    {{1, 5, 0}, look_at_both_resources}, {{1, 5, 0}, look_at_label_param},
    {{1, 5, 0}, look_at_labels},
};

static const struct refusal worker_rows[] = {
    {{1, 3, 0}, look_at_suspend},      {{1, 3, 0}, look_at_suspend_gate},
    {{1, 6, 0}, look_at_counts},       {{1, 6, 0}, look_at_missing_counts},
    {{1, 6, 0}, look_at_idle_timeout}, {{1, 7, 0}, look_at_priority},
};

const struct refusals group_refusals = {group_rows, sizeof group_rows / sizeof *group_rows};
const struct refusals worker_refusals = {worker_rows, sizeof worker_rows / sizeof *worker_rows};
