/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a worker's readiness says what KubeRay's own probe would. */
#include "rules/families.h"
#include "rules/readiness.h"

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

static void check_misses_proxy(const struct rule_input *input, struct findings *findings)
{
    const struct ray_service *service = input->service;

    for (size_t i = 0; i < service->group_count; i++) {
        const struct ray_group *group = &service->groups[i];
        const struct json *probe = json_member(group->container, "readinessProbe");

        if (json_kind(probe) != JSON_OBJECT || !json_first(probe) ||
            readiness_mentions_proxy(probe))
            continue;
        report(
            findings, PATH_KEY(&group->container_at, "readinessProbe"),
            "remove it, or ask " PROXY_PATH " on the serve port too",
            "%.60s: its own probe does not ask the Serve proxy, so a Pod without one gets traffic",
            group->name);
    }
}

/*
 * Before 1.6 KubeRay's own probes ask the agent on 52365, whatever the group's parameter says
 * (kuberay#4041). A worker's readiness is ours; the head has KubeRay's for both.
 */
static bool has_own_probes(const struct ray_group *group)
{
    bool liveness = json_kind(json_member(group->container, "livenessProbe")) == JSON_OBJECT;

    return liveness && (!group->head ||
                        json_kind(json_member(group->container, "readinessProbe")) == JSON_OBJECT);
}

static void check_agent_port(const struct rule_input *input, struct findings *findings)
{
    static const struct ray_release fixed = {1, 6, 0};
    const struct ray_service *service = input->service;

    if (ray_release_compare(input->kuberay, fixed) >= 0)
        return;
    for (size_t i = 0; i <= service->group_count; i++) {
        const struct ray_group *group =
            i < service->group_count ? &service->groups[i] : &service->head;
        int64_t port = ray_agent_port(group);

        if (port == RAY_AGENT_PORT || !group->container || has_own_probes(group))
            continue;
        report(findings, PATH_KEY(PATH_KEY(&group->at, "rayStartParams"), RAY_AGENT_PORT_PARAM),
               group->head ? "remove it, or write both probes"
                           : "remove it, or write livenessProbe",
               "before KubeRay 1.6 the %s of %.40s %s port %d, not %lld: the kubelet kills its "
               "Pods",
               group->head ? "probes" : "livenessProbe", group->name, group->head ? "ask" : "asks",
               RAY_AGENT_PORT, (long long)port);
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
        .name = "probe-agent-port",
        .level = LEVEL_WARN,
        .summary = "another port for the dashboard agent, which KubeRay before 1.6 does not ask",
        .why =
            "KubeRay before 1.6 writes probes that ask the agent on 52365, whatever "
            "dashboard-agent-listen-port says. The readiness probe of this webhook asks the right "
            "port; the livenessProbe is KubeRay's, and after some ten minutes the kubelet kills "
            "the container, again and again. The head then never becomes ready.",
        .example = "rayStartParams: {dashboard-agent-listen-port: \"52366\"}",
        .fix = "Remove the parameter, write a livenessProbe that asks the port, or tell the "
               "webhook which KubeRay runs, if it is 1.6 or later.",
        .check = check_agent_port,
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
