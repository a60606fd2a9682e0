/* SPDX-License-Identifier: Apache-2.0 */
/* Workers that get no replica, and so no proxy, and so never become ready. */
#include "rules/capacity_checks.h"
#include "rules/capacity_text.h"
#include "rules/readiness.h"

/* Its Pods become ready by a replica, and only by one. */
static bool waits_for_replica(const struct placement_group *group)
{
    return group->proxy_asked && readiness_asks_proxy(group->group);
}

static int64_t workers_of(const struct placement_group *group)
{
    return amount_most(group->pods.start, 0);
}

/* Of so many workers without a replica, those that stay unready for that reason at least. */
static int64_t unready_of(const struct placement *placement, int64_t without)
{
    for (size_t i = 0; i < placement->group_count; i++)
        if (!waits_for_replica(&placement->groups[i]))
            without -= workers_of(&placement->groups[i]);
    return without;
}

static int64_t sum_of_groups(const struct placement *placement)
{
    int64_t sum = 0;

    for (size_t i = 0; i < placement->group_count; i++)
        if (waits_for_replica(&placement->groups[i]))
            sum = amount_add(sum, amount_most(placement->groups[i].without_at_start, 0));
    return sum;
}

/* What makes a replica for each worker, or a worker for each replica. */
static const char *balance(const struct rule_input *input, const struct placement_group *group,
                           int64_t without)
{
    const struct placement_deployment *deployment = only_deployment(input->placement);
    int64_t workers = input->placement->workers_start, fewer;
    const char *spread;

    if (!group || !deployment || !replicas_are_written(deployment))
        return "have a replica for each worker, or fewer workers";
    spread = deployment->demand->limit == RAY_UNLIMITED ? " with max_replicas_per_node: 1" : "";
    fewer = (workers_of(group) - without) / amount_most(group->group->hosts, 1);
    if (only_group(input->placement) != group || input->placement->running)
        return arena_printf(input->arena, "set num_replicas: %lld%s", (long long)workers, spread);
    return arena_printf(input->arena, "set num_replicas: %lld%s, or replicas: %lld",
                        (long long)workers, spread, (long long)fewer);
}

static const char *replicas_at_start(const struct rule_input *input)
{
    const struct placement *placement = input->placement;
    bool grows = false;
    int64_t sum = 0;

    for (size_t i = 0; i < placement->deployment_count; i++) {
        const struct placement_deployment *each = &placement->deployments[i];

        if (each->demand->replaced)
            continue;
        sum = amount_add(sum, amount_most(each->wanted, 0));
        grows = grows || each->wanted_max > each->wanted;
    }
    return arena_printf(input->arena, "%s%s", count_text(input->arena, sum, "replica", "replicas"),
                        grows ? " at start" : "");
}

/* NULL: somewhere among all workers. */
static void report_without(const struct rule_input *input, struct findings *findings,
                           const struct placement_group *group, int64_t without)
{
    const struct placement_deployment *deployment = only_deployment(input->placement);
    int64_t workers = group ? workers_of(group) : input->placement->workers_start;
    const char *count = count_text(input->arena, workers, "worker", "workers");
    const char *where = group ? arena_printf(input->arena, " in %.60s", group->group->name) : "";
    struct path at = input->service->groups_at;

    if (deployment)
        at = replicas_path(input->arena, deployment->deployment);
    else if (group)
        at = path_child_key(&group->group->at, "replicas");
    if (group && !group->hosts_replicas)
        report(findings, &at, "ask for less a replica, or leave the group out",
               "%lld of %s%s %s 0/1: no replica fits there", (long long)without, count, where,
               without == 1 ? "stays" : "stay");
    else
        report(findings, &at, balance(input, group, without), "%lld of %s%s %s 0/1: %s",
               (long long)without, count, where, without == 1 ? "stays" : "stay",
               replicas_at_start(input));
}

/*
 * Autoscaling moved the running counts: of replicas none is kept in the object, of workers only the
 * sum over all groups.
 */
static bool start_is_known(const struct rule_input *input)
{
    const struct placement *placement = input->placement;

    if (!placement->running)
        return true;
    for (size_t i = 0; i < placement->deployment_count; i++)
        if (placement->deployments[i].wanted != placement->deployments[i].wanted_max)
            return false;
    return !input->service->autoscaling || placement->group_count <= 1;
}

/* Before 2.8 every node has a proxy, with a replica or without. */
static bool is_predicted(const struct rule_input *input)
{
    const struct ray_release first = {2, 8, 0}, declared = input->versions.declared;
    const struct placement *placement = input->placement;

    if (ray_release_known(declared) && ray_release_compare(declared, first) < 0)
        return false;
    return start_is_known(input) && placement->without_at_start >= 0 &&
           placement->verdict != PLACEMENT_NEVER && placement->proxy == PLACEMENT_PROXY_EVERYWHERE;
}

void check_without_replica(const struct rule_input *input, struct findings *findings)
{
    const struct placement *placement = input->placement;
    int64_t unready;

    if (!is_predicted(input))
        return;
    unready = unready_of(placement, placement->without_at_start);
    if (unready <= 0)
        return;
    if (sum_of_groups(placement) < unready) {
        report_without(input, findings, only_group(placement), unready);
        return;
    }
    for (size_t i = 0; i < placement->group_count; i++) {
        const struct placement_group *group = &placement->groups[i];

        if (waits_for_replica(group) && group->without_at_start > 0)
            report_without(input, findings, group, group->without_at_start);
    }
}

/* Replicas a node, so that they reach every worker that can hold one; 0: no limit does it. */
static int64_t spreading_limit(const struct placement *placement,
                               const struct placement_deployment *deployment)
{
    int64_t workers = 0, limit;

    for (size_t i = 0; i < placement->group_count; i++)
        if (group_holds(&placement->groups[i], deployment) > 0)
            workers = amount_add(workers, workers_of(&placement->groups[i]));
    if (workers == 0 || deployment->wanted <= 0 || deployment->demand->shape != DEMAND_NODE ||
        deployment->demand->total.count != deployment->demand->node.count)
        return 0;
    limit = (deployment->wanted - 1) / workers + 1;
    return limit <= 100 && limit < deployment->demand->limit ? limit : 0;
}

/* Where others are tight, spreading it could take their last room. */
static bool others_fit(const struct placement *placement, const struct placement_deployment *own)
{
    for (size_t i = 0; i < placement->deployment_count; i++) {
        const struct placement_deployment *each = &placement->deployments[i];

        if (each != own && !each->demand->replaced && each->verdict != PLACEMENT_FITS)
            return false;
    }
    return true;
}

/* The deployment that spreads the most, if it is told to. */
static const struct placement_deployment *find_spreader(const struct placement *placement)
{
    const struct placement_deployment *best = NULL;

    for (size_t i = 0; i < placement->deployment_count; i++) {
        const struct placement_deployment *each = &placement->deployments[i];

        if (placement_is_judged(each) && each->wanted > (best ? best->wanted : 1) &&
            spreading_limit(placement, each) > 0 && others_fit(placement, each))
            best = each;
    }
    return best;
}

static void report_may_lack(const struct rule_input *input, struct findings *findings,
                            int64_t unready)
{
    const struct placement *placement = input->placement;
    const struct placement_deployment *best = find_spreader(placement);
    const char *workers = count_text(input->arena, placement->workers_start, "worker", "workers");
    struct path at;

    if (!best) {
        at = input->service->groups_at;
        report(findings, &at, "give one deployment a replica for each worker",
               "up to %lld of %s may stay 0/1: replicas of several deployments can share a node",
               (long long)unready, workers);
        return;
    }
    at = serve_member_path(&best->deployment->at, best->deployment->value, "max_replicas_per_node");
    report(findings, &at,
           arena_printf(input->arena, "set max_replicas_per_node: %lld",
                        (long long)spreading_limit(placement, best)),
           "up to %lld of %s may stay 0/1: the first to join can take all %lld replicas",
           (long long)unready, workers, (long long)best->wanted);
}

/* Workers that run already take replicas in turn; it is new ones that come too late. */
void check_may_lack_replica(const struct rule_input *input, struct findings *findings)
{
    const struct placement *placement = input->placement;
    int64_t unready, surely;

    if (!is_predicted(input) || placement->open || placement->running)
        return;
    unready = unready_of(placement, placement->likely_without);
    surely = amount_most(unready_of(placement, placement->without_at_start), 0);
    if (unready > surely)
        report_may_lack(input, findings, unready);
}
