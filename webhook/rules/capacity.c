/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the replicas have a place, and every worker a replica. */
#include "rules/capacity_text.h"
#include "rules/families.h"

/* An entry that a later one of its name replaces says nothing. */
static bool is_judged(const struct placement_deployment *deployment)
{
    return !deployment->demand->replaced && deployment->reason != PLACEMENT_REFUSED;
}

/* What to type so that the group, which holds others too, has workers enough. */
static const char *more_workers(const struct rule_input *input,
                                const struct placement_deployment *deployment)
{
    const struct placement_group *group = only_group(input->placement);
    int64_t holds, hosts, missing, nodes, replicas;

    if (!group || input->placement->running)
        return "";
    holds = group_holds(group, deployment);
    hosts = group->group->hosts > 0 ? group->group->hosts : 1;
    if (holds <= 0 || holds == RAY_UNLIMITED || deployment->wanted > INT32_MAX)
        return "";
    missing = deployment->wanted - deployment->room;
    nodes = group_nodes(group) + (missing - 1) / holds + 1;
    replicas = (nodes - 1) / hosts + 1;
    return arena_printf(input->arena, ", or %s: %lld in %.40s",
                        input->service->autoscaling ? "maxReplicas" : "replicas",
                        (long long)replicas, group->group->name);
}

/* Where the head was emptied by us and could hold the rest: that is for the user to say. */
static const char *use_of_head(const struct rule_input *input,
                               const struct placement_deployment *deployment)
{
    bool enough = deployment->wanted - deployment->room <= deployment->demand->limit;

    return input->head_count_is_ours && enough ? ", or num-cpus on the head" : "";
}

static void report_too_many(const struct rule_input *input, struct findings *findings,
                            const struct placement_deployment *deployment)
{
    const struct path at = replicas_path(input->arena, deployment->deployment);
    const char *fix = arena_printf(input->arena, "set %s: %lld%s%s",
                                   at.key ? at.key : "num_replicas", (long long)deployment->room,
                                   more_workers(input, deployment), use_of_head(input, deployment));

    report(findings, &at, fix, "wants %lld, at most %lld can start%s (%s)",
           (long long)deployment->wanted, (long long)deployment->room,
           input->service->autoscaling ? " at the largest size" : "",
           room_text(input->arena, input->placement, deployment));
}

static void report_too_few_nodes(const struct rule_input *input, struct findings *findings,
                                 const struct placement_deployment *deployment)
{
    const struct path at = serve_member_path(
        &deployment->deployment->at, deployment->deployment->value, "placement_group_strategy");

    report(findings, &at, "use PACK, or fewer bundles, or more workers",
           "STRICT_SPREAD wants %s, and fewer nodes can hold one",
           count_text(input->arena, (int64_t)deployment->demand->bundle_count,
                      "node for its bundle", "nodes for its bundles"));
}

static void report_shortage(const struct rule_input *input, struct findings *findings)
{
    const struct placement_shortage *shortage = &input->placement->shortage;
    const struct serve_deployment *last = shortage->last->deployment;
    const struct path at = replicas_path(input->arena, last);
    struct arena *arena = input->arena;

    if (shortage->kind == PLACEMENT_SHORT_OF_PLACES)
        report(findings, &at, "ask for fewer replicas, or add workers",
               "%lld replicas want at least %s each, the nodes have room for %lld",
               (long long)shortage->wanted,
               amount_of_text(arena, shortage->resource, shortage->threshold),
               (long long)shortage->available);
    else if (shortage->kind == PLACEMENT_SHORT_IN_SUM)
        report(findings, &at, "ask for less, or add workers",
               "all replicas together want %s, the nodes that can hold them have %s",
               amount_of_text(arena, shortage->resource, shortage->wanted),
               amount_text(arena, shortage->resource, shortage->available));
    else
        report(findings, &at, "ask for less, or for workers of another size",
               "no way to cut the nodes' %s into the %s that all replicas want",
               amount_text(arena, shortage->resource, shortage->available),
               amount_of_text(arena, shortage->resource, shortage->wanted));
}

static void check_exceed(const struct rule_input *input, struct findings *findings)
{
    const struct placement *placement = input->placement;
    bool alone = false;

    for (size_t i = 0; i < placement->deployment_count; i++) {
        const struct placement_deployment *each = &placement->deployments[i];

        alone = alone || each->verdict == PLACEMENT_NEVER;
        if (!is_judged(each) || !each->for_ever)
            continue;
        if (each->reason == PLACEMENT_TOO_MANY)
            report_too_many(input, findings, each);
        else if (each->reason == PLACEMENT_TOO_FEW_NODES)
            report_too_few_nodes(input, findings, each);
    }
    if (!alone && placement->shortage.kind && placement->shortage.for_ever &&
        placement->shortage.last)
        report_shortage(input, findings);
}

/* Where a resource is asked for. */
static struct path option_path(struct arena *arena, const struct serve_deployment *deployment,
                               const char *resource)
{
    const struct yaml_value *value = deployment->value, *options = deployment->actor_options;
    const char *key = "resources";
    const struct path *at;

    if (yaml_member(value, "placement_group_bundles"))
        return serve_member_path(&deployment->at, value, "placement_group_bundles");
    if (resource && strcmp(resource, "CPU") == 0)
        key = "num_cpus";
    else if (resource && strcmp(resource, "GPU") == 0)
        key = "num_gpus";
    else if (resource && strcmp(resource, "memory") == 0)
        key = "memory";
    at = path_keep(arena, serve_member_path(&deployment->at, value, "ray_actor_options"));
    if (!at || !resource || !yaml_member(options, key))
        return at ? *at : deployment->at;
    return serve_member_path(at, options, key);
}

static void report_no_node(const struct rule_input *input, struct findings *findings,
                           const struct placement_deployment *deployment)
{
    const char *resource = deployment->short_of;
    const struct path at = option_path(input->arena, deployment->deployment, resource);
    const struct placement_group *best = deployment->roomiest;
    const char *asked;

    if (!resource) {
        report(findings, &at, "ask for less, or give one group all of it",
               "no node has all that one replica wants at the same time");
        return;
    }
    asked = amount_of_text(input->arena, resource, deployment->asked);
    if (!best)
        report(findings, &at, "add a worker group", "one replica wants %s, and there is no node",
               asked);
    else
        report(findings, &at, "ask for less, or give the group more",
               "one replica wants %s, the most a node has is %s (%.60s)", asked,
               amount_text(input->arena, resource, ray_node_amount(&best->node, resource)),
               best->group->name);
}

static void check_no_node(const struct rule_input *input, struct findings *findings)
{
    const struct placement *placement = input->placement;

    for (size_t i = 0; i < placement->deployment_count; i++)
        if (is_judged(&placement->deployments[i]) && placement->deployments[i].for_ever &&
            placement->deployments[i].reason == PLACEMENT_FITS_NO_NODE)
            report_no_node(input, findings, &placement->deployments[i]);
}

/* What makes a replica for each worker, or a worker for each replica. */
static const char *balance(const struct rule_input *input, const struct placement_group *group,
                           const struct placement_deployment *deployment)
{
    int64_t workers = input->placement->workers_start;
    int64_t hosts = group && group->group->hosts > 0 ? group->group->hosts : 1;
    int64_t fewer = (workers - input->placement->without_at_start) / hosts;
    const char *spread = deployment && deployment->demand->limit == RAY_UNLIMITED
                             ? " with max_replicas_per_node: 1"
                             : "";

    if (!deployment || deployment->deployment->replicas != SERVE_REPLICAS_FIXED)
        return arena_printf(input->arena, "ask for a replica more for each, or set replicas: %lld",
                            (long long)fewer);
    if (!group || input->placement->running)
        return arena_printf(input->arena, "set num_replicas: %lld%s", (long long)workers, spread);
    return arena_printf(input->arena, "set num_replicas: %lld%s, or replicas: %lld",
                        (long long)workers, spread, (long long)fewer);
}

static int64_t replicas_at_start(const struct placement *placement)
{
    int64_t sum = 0;

    for (size_t i = 0; i < placement->deployment_count; i++)
        if (!placement->deployments[i].demand->replaced)
            sum = amount_add(sum, amount_most(placement->deployments[i].wanted, 0));
    return sum;
}

static void check_without(const struct rule_input *input, struct findings *findings)
{
    const struct placement *placement = input->placement;
    const struct placement_deployment *deployment = only_deployment(placement);
    const struct placement_group *group = only_group(placement);
    int64_t without = placement->without_at_start;
    struct path at = deployment ? replicas_path(input->arena, deployment->deployment)
                                : input->service->groups_at;

    if (without <= 0 || placement->verdict == PLACEMENT_NEVER ||
        placement->proxy != PLACEMENT_PROXY_EVERYWHERE)
        return;
    report(findings, &at, balance(input, group, deployment), "%lld of %s%s%.60s %s 0/1: %s",
           (long long)without,
           count_text(input->arena, placement->workers_start, "worker", "workers"),
           group ? " in " : "", group ? group->group->name : "", without == 1 ? "stays" : "stay",
           count_text(input->arena, replicas_at_start(placement), "replica", "replicas"));
}

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
        .name = "worker-without-replica",
        .level = LEVEL_WARN,
        .summary = "some workers stay unready: there are fewer replicas than workers",
        .why = "KubeRay marks a worker Pod Ready only if the Serve proxy on its node answers, and "
               "Ray starts a proxy only where a replica is. A worker without one stays 0/1 for "
               "ever: \"Readiness probe failed: success\".",
        .example = "num_replicas: 1 on two workers",
        .fix = "Have at least one replica a worker, spread with max_replicas_per_node.",
        .check = check_without,
    },
};

const struct rule_family capacity_family = RULE_FAMILY("capacity", "Replicas and workers", rules);
