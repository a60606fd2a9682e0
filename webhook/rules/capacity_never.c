/* SPDX-License-Identifier: Apache-2.0 */
/* Replicas that can never have a place. */
#include "rules/capacity_checks.h"
#include "rules/capacity_text.h"

/* What to type so that the group, which holds others too, has workers enough. */
static const char *more_workers(const struct rule_input *input,
                                const struct placement_deployment *deployment)
{
    const struct placement_group *group = only_host(input->placement, deployment);
    int64_t holds, hosts, missing, nodes, replicas;

    if (!group || input->placement->running || deployment->demand->shape != DEMAND_NODE ||
        deployment->demand->gang > 1)
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

/* But for CPUs, which are the user's to give. Whether it has a GPU that nobody wrote, who knows. */
static bool head_has_the_rest(const struct placement *placement,
                              const struct placement_deployment *deployment)
{
    const struct ray_resources *asked = &deployment->demand->node;

    for (size_t i = 0; i < asked->count; i++) {
        const char *name = asked->items[i].name;
        int64_t amount = ray_node_amount(&placement->head.node, name);
        bool guessed = amount == RAY_UNLIMITED && strcmp(name, "memory") != 0;

        if (strcmp(name, "CPU") != 0 && (guessed || amount < asked->items[i].amount))
            return false;
    }
    return true;
}

/* Where the head was emptied by us and could hold the rest: that is for the user to say. */
static const char *use_of_head(const struct rule_input *input,
                               const struct placement_deployment *deployment)
{
    bool enough = deployment->wanted - deployment->room <= deployment->demand->limit;

    enough = enough && head_has_the_rest(input->placement, deployment);
    return input->head_count_is_ours && enough ? ", or num-cpus on the head" : "";
}

/* The field that has to be smaller, as it is called where it stands. */
static const char *fewer_replicas(const struct rule_input *input,
                                  const struct placement_deployment *deployment,
                                  const struct path *at)
{
    const char *workers = more_workers(input, deployment);
    const char *head = use_of_head(input, deployment);

    if (deployment->room == 0 || deployment->deployment->start_replicas != deployment->wanted)
        return arena_printf(input->arena, "ask for fewer replicas%s%s", workers, head);
    return arena_printf(input->arena, "set %s: %lld%s%s", at->key ? at->key : "num_replicas",
                        (long long)deployment->room, workers, head);
}

static void report_too_many(const struct rule_input *input, struct findings *findings,
                            const struct placement_deployment *deployment)
{
    const struct path at = replicas_path(input->arena, deployment->deployment);

    report(findings, &at, fewer_replicas(input, deployment, &at),
           "wants %lld, at most %lld can start%s (%s)", (long long)deployment->wanted,
           (long long)deployment->room, input->service->autoscaling ? " at the largest size" : "",
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

void report_shortage(const struct rule_input *input, struct findings *findings)
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

void check_exceed(const struct rule_input *input, struct findings *findings)
{
    const struct placement *placement = input->placement;
    bool alone = false;

    for (size_t i = 0; i < placement->deployment_count; i++) {
        const struct placement_deployment *each = &placement->deployments[i];

        alone = alone || each->verdict == PLACEMENT_NEVER;
        if (!placement_is_judged(each) || !each->for_ever || each->guess)
            continue;
        if (each->reason == PLACEMENT_TOO_MANY)
            report_too_many(input, findings, each);
        else if (each->reason == PLACEMENT_TOO_FEW_NODES)
            report_too_few_nodes(input, findings, each);
    }
    if (!alone && placement->shortage.kind && placement->shortage.for_ever &&
        !placement->shortage.guess && placement->shortage.last)
        report_shortage(input, findings);
}

static void report_no_worker(const struct rule_input *input, struct findings *findings,
                             const struct path *at, const char *asked)
{
    const char *fix = "add a worker group";

    if (input->placement->group_count)
        fix = arena_printf(input->arena, "set replicas: 1 or more in %.60s",
                           input->placement->groups[0].group->name);
    report(findings, at, fix, "one replica wants %s, and there is no worker", asked);
}

/* There is enough of each somewhere, and nowhere enough of all. */
static void report_no_node_has_all(const struct rule_input *input, struct findings *findings,
                                   const struct path *at, const struct ray_resources *asked)
{
    const char *lacks = lacks_text(input->arena, input->placement, asked);

    report(findings, at, "ask for less, or give one group all of it",
           "one replica wants %s on one node%s%s", asked_text(input->arena, asked),
           *lacks ? ": " : ", and none has all of it", lacks);
}

static void report_no_node(const struct rule_input *input, struct findings *findings,
                           const struct placement_deployment *deployment)
{
    const char *resource = deployment->short_of;
    const struct path at = option_path(input->arena, deployment->deployment, resource);
    const struct placement_group *best = deployment->roomiest;
    const char *asked = resource ? amount_of_text(input->arena, resource, deployment->asked) : "";
    int64_t most = best && resource ? ray_node_amount(&best->node, resource) : 0;

    if (!resource)
        report_no_node_has_all(input, findings, &at, &deployment->demand->node);
    else if (input->placement->workers_max == 0)
        report_no_worker(input, findings, &at, asked);
    else if (most == 0)
        report(findings, &at, "give a worker group some, or do not ask for it",
               "one replica wants %s, and no node has any", asked);
    else
        report(findings, &at, "ask for less, or give the group more",
               "one replica wants %s, the most a node has is %s (%.60s)", asked,
               amount_text(input->arena, resource, most), best->group->name);
}

void check_no_node(const struct rule_input *input, struct findings *findings)
{
    const struct placement *placement = input->placement;

    for (size_t i = 0; i < placement->deployment_count; i++)
        if (placement_is_judged(&placement->deployments[i]) && placement->deployments[i].for_ever &&
            !placement->deployments[i].guess &&
            placement->deployments[i].reason == PLACEMENT_FITS_NO_NODE)
            report_no_node(input, findings, &placement->deployments[i]);
}
