/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a worker's readiness says what KubeRay's own probe would. */
#include "rules/families.h"

#define PROXY_PATH "/-/healthz"

static void check_without_handler(const struct rule_input *input, struct findings *findings)
{
    static const char *const handlers[] = {"exec", "httpGet", "tcpSocket", "grpc"};
    const struct ray_service *service = input->service;

    for (size_t i = 0; i <= service->group_count; i++) {
        const struct ray_group *group =
            i < service->group_count ? &service->groups[i] : &service->head;
        const struct json *probe = json_member(group->container, "readinessProbe");
        bool handled = json_kind(probe) != JSON_OBJECT;

        for (size_t j = 0; j < sizeof handlers / sizeof *handlers; j++)
            handled = handled || json_kind(json_member(probe, handlers[j])) == JSON_OBJECT;
        if (!handled)
            report(findings, PATH_KEY(&group->container_at, "readinessProbe"),
                   "remove it: KubeRay and this webhook add the right one",
                   "a probe without a handler: the API server refuses every Pod of %.60s",
                   group->name);
    }
}

/* Does any text in the value hold the proxy's path? */
static bool mentions_proxy(const struct json *value)
{
    const char *string = json_string(value);
    enum json_kind kind = json_kind(value);

    if (string)
        return strstr(string, PROXY_PATH);
    if (kind != JSON_OBJECT && kind != JSON_ARRAY)
        return false;
    for (const struct json *each = json_first(value); each; each = json_next(each))
        if (mentions_proxy(each))
            return true;
    return false;
}

static void check_misses_proxy(const struct rule_input *input, struct findings *findings)
{
    const struct ray_service *service = input->service;

    for (size_t i = 0; i < service->group_count; i++) {
        const struct ray_group *group = &service->groups[i];
        const struct json *probe = json_member(group->container, "readinessProbe");

        if (json_kind(probe) != JSON_OBJECT || !json_first(probe) || mentions_proxy(probe))
            continue;
        report(
            findings, PATH_KEY(&group->container_at, "readinessProbe"),
            "remove it, or ask " PROXY_PATH " on the serve port too",
            "%.60s: its own probe does not ask the Serve proxy, so a Pod without one gets traffic",
            group->name);
    }
}

static const struct rule rules[] = {
    {
        .name = "probe-without-handler",
        .level = LEVEL_DENY,
        .summary = "readinessProbe: {} on the Ray container",
        .why = "KubeRay takes an empty probe for a probe and keeps it; the API server then refuses "
               "every Pod of the group. The only trace is an event on the RayCluster.",
        .example = "containers:\n- name: ray-worker\n  readinessProbe: {}",
        .fix = "Remove readinessProbe.",
        .check = check_without_handler,
    },
    {
        .name = "injection-lost",
        .level = LEVEL_DENY,
        .summary = "an UPDATE loses what the webhook had injected",
        .why = "num-cpus and the probe are part of KubeRay's hash once they are stored. An UPDATE "
               "without them, which nobody restored because the mutating webhook was skipped or "
               "down, starts a second RayCluster. On CREATE a missing injection is a warning only.",
        .example = "kubectl replace while the mutating webhook is not registered",
        .fix = "Register the mutating webhook and apply again, or annotate the RayService with "
               "rayservice-webhook/inject: \"off\" if a new RayCluster is welcome.",
    },
    {
        .name = "probe-not-injected",
        .level = LEVEL_WARN,
        .summary = "the readiness probe was not injected into an older worker group, and why",
        .why = "KubeRay adds the same probe to the Pod itself, so nothing is broken; the stored "
               "object does not show it. Injecting it now would start a second RayCluster.",
        .example = "an UPDATE of a RayService from before the webhook",
        .fix = "Nothing, or annotate the RayService with rayservice-webhook/inject: \"now\" when a "
               "new RayCluster is welcome.",
    },
    {
        .name = "probe-misses-proxy",
        .level = LEVEL_WARN,
        .summary = "a worker's own readiness probe does not ask the Serve proxy",
        .why =
            "A probe of one's own replaces KubeRay's. A worker without a Serve proxy then counts "
            "as ready, and the Service sends it requests that fail.",
        .example = "readinessProbe:\n  exec: {command: [\"true\"]}",
        .fix = "Remove the probe, or let it ask http://localhost:8000" PROXY_PATH " as well.",
        .check = check_misses_proxy,
    },
};

const struct rule_family probe_family = RULE_FAMILY("probe", "Readiness", rules);
