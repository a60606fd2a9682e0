/* SPDX-License-Identifier: Apache-2.0 */
/* What KubeRay refuses of rayClusterConfig as a whole: fault tolerance, autoscaler, authentication.
 */
#include "rules/refusals.h"

#include <strings.h>

static const struct json *fault_tolerance(const struct ray_service *service)
{
    const struct json *options = json_member(service->cluster, "gcsFaultToleranceOptions");

    return json_kind(options) == JSON_OBJECT ? options : NULL;
}

/* KubeRay asks most of its strings whether they are empty, not whether they are there. */
static bool is_set(const char *string)
{
    return string && *string;
}

/* The annotation turns it on with `true` in any case, and with nothing else. */
static void look_at_redis_address(const struct refusing *refusing)
{
    const struct ray_service *service = refusing->service;
    const char *enabled = ray_service_annotation(service, "ray.io/ft-enabled");

    if (ray_container_env(&service->head, "RAY_REDIS_ADDRESS") && !fault_tolerance(service) &&
        (!enabled || strcasecmp(enabled, "true") != 0))
        refuse(refusing, PATH_KEY(&service->head.container_at, "env"),
               "set gcsFaultToleranceOptions instead",
               "RAY_REDIS_ADDRESS without gcsFaultToleranceOptions");
}

/* With gcsFaultToleranceOptions the credentials belong in there. */
static void look_at_fault_tolerance(const struct refusing *refusing)
{
    const struct ray_service *service = refusing->service;
    const struct ray_group *head = &service->head;
    const struct path *params = PATH_KEY(&head->at, "rayStartParams");
    const struct path *env = PATH_KEY(&head->container_at, "env");

    if (!fault_tolerance(service))
        return;
    if (is_set(ray_start_param(head, "redis-password")))
        refuse(refusing, PATH_KEY(params, "redis-password"), "use redisPassword there",
               "redis-password beside gcsFaultToleranceOptions");
    if (ray_container_env(head, "REDIS_PASSWORD"))
        refuse(refusing, env, "use redisPassword there",
               "REDIS_PASSWORD beside gcsFaultToleranceOptions");
    if (ray_container_env(head, "RAY_REDIS_ADDRESS"))
        refuse(refusing, env, "use redisAddress there",
               "RAY_REDIS_ADDRESS beside gcsFaultToleranceOptions");
    if (is_set(ray_service_annotation(service, "ray.io/external-storage-namespace")))
        refuse(refusing, PATH_KEY(&service->metadata_at, "annotations"),
               "use externalStorageNamespace there",
               "ray.io/external-storage-namespace beside gcsFaultToleranceOptions");
}

static void look_at_redis_username(const struct refusing *refusing)
{
    const struct ray_group *head = &refusing->service->head;
    const struct path *params = PATH_KEY(&head->at, "rayStartParams");

    if (is_set(ray_start_param(head, "redis-username")))
        refuse(refusing, PATH_KEY(params, "redis-username"),
               "use gcsFaultToleranceOptions.redisUsername", "rayStartParams has redis-username");
    if (ray_container_env(head, "REDIS_USERNAME"))
        refuse(refusing, PATH_KEY(&head->container_at, "env"),
               "use gcsFaultToleranceOptions.redisUsername", "REDIS_USERNAME is set");
}

static void look_at_both_fault_tolerances(const struct refusing *refusing)
{
    const struct ray_service *service = refusing->service;

    if (fault_tolerance(service) && is_set(ray_service_annotation(service, "ray.io/ft-enabled")))
        refuse(refusing, PATH_KEY(&service->cluster_at, "gcsFaultToleranceOptions"),
               "keep one of the two",
               "the annotation ray.io/ft-enabled and gcsFaultToleranceOptions");
}

static void look_at_redis_storage(const struct refusing *refusing)
{
    const struct path *at = PATH_KEY(&refusing->service->cluster_at, "gcsFaultToleranceOptions");
    const struct json *options = fault_tolerance(refusing->service);
    const char *backend = json_string(json_member(options, "backend"));

    if ((!is_set(backend) || strcmp(backend, "redis") == 0) &&
        json_kind(json_member(options, "storage")) == JSON_OBJECT)
        refuse(refusing, PATH_KEY(at, "storage"), "set backend: rocksdb, or remove storage",
               "gcsFaultToleranceOptions.storage with the redis backend");
}

static void look_at_autoscaler_v2(const struct refusing *refusing)
{
    const struct ray_service *service = refusing->service;
    const char *variable = ray_container_env(&service->head, "RAY_enable_autoscaler_v2");

    if (service->autoscaling || !variable ||
        (strcmp(variable, "1") != 0 && strcmp(variable, "true") != 0))
        return;
    refuse(refusing, PATH_KEY(&service->head.container_at, "env"),
           "set enableInTreeAutoscaling: true",
           "RAY_enable_autoscaler_v2 without enableInTreeAutoscaling");
}

static void look_at_both_autoscaler_versions(const struct refusing *refusing)
{
    const struct ray_service *service = refusing->service;
    const struct path *at = PATH_KEY(&service->cluster_at, "autoscalerOptions");

    if (service->autoscaling &&
        json_string(json_get(service->cluster, "autoscalerOptions.version")) &&
        ray_container_env(&service->head, "RAY_enable_autoscaler_v2"))
        refuse(refusing, PATH_KEY(at, "version"), "keep one of the two",
               "autoscalerOptions.version and the head's RAY_enable_autoscaler_v2");
}

static void look_at_autoscaler_idle_timeout(const struct refusing *refusing)
{
    const struct path *at = PATH_KEY(&refusing->service->cluster_at, "autoscalerOptions");
    int64_t seconds;

    if (json_integer(json_get(refusing->service->cluster, "autoscalerOptions.idleTimeoutSeconds"),
                     &seconds) &&
        seconds < 0)
        refuse(refusing, PATH_KEY(at, "idleTimeoutSeconds"), "write 0 or more",
               "autoscalerOptions.idleTimeoutSeconds is negative");
}

static void look_at_autoscaler_env(const struct refusing *refusing)
{
    const struct json *list = json_get(refusing->service->cluster, "autoscalerOptions.env");

    for (const struct json *each = json_first(list); each; each = json_next(each)) {
        const char *name = json_string(json_member(each, "name"));

        if (name && strcmp(name, "KUBERAY_GEN_AUTOSCALER_START_CMD") == 0)
            refuse(refusing, PATH_KEY(&refusing->service->cluster_at, "autoscalerOptions"),
                   "remove it", "autoscalerOptions.env has %s", name);
    }
}

static void look_at_kubernetes_auth(const struct refusing *refusing)
{
    const struct path *at = PATH_KEY(&refusing->service->cluster_at, "authOptions");

    if (json_true(json_get(refusing->service->cluster, "authOptions.enableK8sTokenAuth")))
        refuse(refusing, PATH_KEY(at, "enableK8sTokenAuth"), "remove it",
               "enableK8sTokenAuth is not supported for a RayService");
}

static void look_at_token_auth(const struct refusing *refusing)
{
    static const struct ray_release first = {2, 52, 0};
    const struct ray_service *service = refusing->service;
    const struct path *at = PATH_KEY(&service->cluster_at, "authOptions");
    const char *mode = json_string(json_get(service->cluster, "authOptions.mode"));

    if (mode && strcmp(mode, "token") == 0 &&
        ray_release_compare(ray_release_generic(service->ray_version), first) < 0)
        refuse(refusing, PATH_KEY(at, "mode"), "set rayVersion: 2.52.0 or later",
               "authOptions.mode token needs rayVersion 2.52.0 or later");
}

/* The gates of 1.7 that are off by default; an operator who opened one has to say so in the policy.
 */
static void look_at_gated(const struct refusing *refusing)
{
    static const struct {
        const char *field, *gate;
    } gated[] = {
        {"networkPolicy", "RayClusterNetworkPolicy"},
        {"tlsOptions", "RayClusterMTLS"},
        {"historyServerOptions", "RayClusterHistoryServer"},
    };

    for (size_t i = 0; i < sizeof gated / sizeof *gated; i++)
        if (json_kind(json_member(refusing->service->cluster, gated[i].field)) == JSON_OBJECT)
            warn_of_gate(refusing, PATH_KEY(&refusing->service->cluster_at, gated[i].field),
                         "KubeRay 1.7 refuses it", gated[i].gate);
}

static void look_at_rocksdb(const struct refusing *refusing)
{
    const struct path *at = PATH_KEY(&refusing->service->cluster_at, "gcsFaultToleranceOptions");
    const char *backend = json_string(json_member(fault_tolerance(refusing->service), "backend"));

    if (backend && strcmp(backend, "rocksdb") == 0)
        warn_of_gate(refusing, PATH_KEY(at, "backend"), "KubeRay 1.7 refuses it",
                     "GCSFaultToleranceEmbeddedStorage");
}

/* Accepted on the RayService, then refused on the RayCluster that is made from it. [L] */
static void look_at_cluster_upgrade_strategy(const struct refusing *refusing)
{
    const struct ray_service *service = refusing->service;

    if (json_kind(json_member(service->cluster, "upgradeStrategy")) == JSON_OBJECT &&
        json_first(json_member(service->cluster, "upgradeStrategy")))
        refuse(refusing, PATH_KEY(&service->cluster_at, "upgradeStrategy"),
               "use spec.upgradeStrategy", "upgradeStrategy inside rayClusterConfig");
}

static const struct refusal cluster_rows[] = {
    {{1, 3, 0}, look_at_redis_address},
    {{1, 3, 0}, look_at_redis_username},
    {{1, 3, 0}, look_at_fault_tolerance},
    {{1, 3, 0}, look_at_both_fault_tolerances},
    {{1, 4, 0}, look_at_both_autoscaler_versions},
    {{1, 5, 0}, look_at_autoscaler_v2},
    {{1, 5, 1}, look_at_token_auth},
    {{1, 6, 0}, look_at_kubernetes_auth},
    {{1, 6, 0}, look_at_autoscaler_idle_timeout},
    {{1, 6, 0}, look_at_cluster_upgrade_strategy},
    {{1, 7, 0}, look_at_autoscaler_env},
    {{1, 7, 0}, look_at_gated},
    {{1, 7, 0}, look_at_redis_storage},
    {{1, 7, 0}, look_at_rocksdb},
};

const struct refusals cluster_refusals = {cluster_rows, sizeof cluster_rows / sizeof *cluster_rows};
