/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a proxy can answer the probe at all, wherever the replicas are. */
#include "rules/families.h"
#include "rules/readiness.h"

static bool has_waiting_workers(const struct placement *placement)
{
    for (size_t i = 0; i < placement->group_count; i++)
        if (amount_most(placement->groups[i].pods.start, placement->groups[i].pods.max) > 0 &&
            readiness_asks_proxy(placement->groups[i].group))
            return true;
    return false;
}

static void report_location(const struct rule_input *input, struct findings *findings)
{
    const struct yaml_value *root = input->config->document.root;
    const struct yaml_value *location = yaml_member(root, "proxy_location");
    const struct path at = serve_member_path(&input->config->at, root, "proxy_location");

    report(findings, &at, "set proxy_location: EveryNode, or leave it out",
           "%.*s: no worker has a proxy, so every worker stays 0/1", (int)location->text.size,
           location->text.data);
}

static void report_route(const struct rule_input *input, struct findings *findings)
{
    const struct path at =
        serve_member_path(&input->config->at, input->config->document.root, "applications");

    report(findings, &at, "give one application a route_prefix",
           "no application has a route: no proxy is ready, so every worker stays 0/1");
}

/* KubeRay's probe asks the worker's port named serve, else 8000, and never reads http_options. */
static void check_ports(const struct rule_input *input, struct findings *findings)
{
    const struct yaml_value *root = input->config->document.root;
    const struct path options = serve_member_path(&input->config->at, root, "http_options");
    const struct path at = serve_member_path(&options, yaml_member(root, "http_options"), "port");
    const struct placement *placement = input->placement;

    for (size_t i = 0; i < placement->group_count; i++) {
        const struct ray_group *group = placement->groups[i].group;
        int64_t port = ray_container_port(group, "serve", 8000);

        if (placement->groups[i].proxy_asked || placement->http_port == 0 ||
            amount_most(placement->groups[i].pods.start, placement->groups[i].pods.max) <= 0 ||
            !readiness_asks_proxy(group))
            continue;
        report(findings, &at,
               arena_printf(input->arena,
                            "declare {name: serve, containerPort: %lld} on its Ray container",
                            (long long)placement->http_port),
               "the proxies listen on %lld, the probe in %.60s asks %lld: its workers stay 0/1",
               (long long)placement->http_port, group->name, (long long)port);
    }
}

static void check_unreachable(const struct rule_input *input, struct findings *findings)
{
    const struct placement *placement = input->placement;

    if (input->config->state != SERVE_READ || !has_waiting_workers(placement))
        return;
    switch (placement->proxy) {
    case PLACEMENT_PROXY_NOWHERE:
        report_location(input, findings);
        break;
    case PLACEMENT_PROXY_NO_ROUTE:
        report_route(input, findings);
        break;
    case PLACEMENT_PROXY_EVERYWHERE:
        check_ports(input, findings);
        break;
    }
}

static const struct rule rules[] = {
    {
        .name = "proxy-unreachable",
        .level = LEVEL_WARN,
        .summary = "no replica can make a worker ready: its proxy is not there, or not asked",
        .why = "A worker is Ready when the Serve proxy on its node answers. With proxy_location "
               "HeadOnly or Disabled there is none; without any route it does not answer; and on "
               "another port than the probe asks it is not found. The applications run, and every "
               "worker stays 0/1.",
        .example = "http_options: {port: 8001}, and no port named serve on the workers",
        .fix = "Leave proxy_location out, give an application a route_prefix, and name the port.",
        .check = check_unreachable,
    },
};

const struct rule_family proxy_family = RULE_FAMILY("proxy", "The Serve proxies", rules);
