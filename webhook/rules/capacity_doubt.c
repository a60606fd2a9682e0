/* SPDX-License-Identifier: Apache-2.0 */
/* Replicas that may find no place: tight, or not known to have one. */
#include "rules/capacity_checks.h"
#include "rules/capacity_text.h"

static void doubt_start(const struct rule_input *input, struct findings *findings,
                        const struct placement_deployment *deployment)
{
    const struct path at = replicas_path(input->arena, deployment->deployment);
    const char *fix = arena_printf(input->arena, "set initial_replicas: %lld, or add workers",
                                   (long long)deployment->room);

    report(findings, &at, fix,
           "starts with %lld, at most %lld can: DEPLOYING until Ray scales it down",
           (long long)deployment->wanted, (long long)deployment->room);
}

/*
 * Before KubeRay 1.3, Ray counts the machine's CPUs where there is no limit; and what a ConfigMap
 * or a Secret says is not in the object.
 */
static void doubt_guess(const struct rule_input *input, struct findings *findings,
                        const struct placement_deployment *deployment)
{
    static const struct {
        const char *condition, *fix;
    } texts[] = {
        [PLACEMENT_BY_REQUESTS] = {"if KubeRay (1.3 or newer) counts requests.cpu",
                                   "set limits.cpu on the workers, or ask for less"},
        [PLACEMENT_BY_ENV_FROM] = {"unless envFrom sets RAY_OVERRIDE_RESOURCES",
                                   "ask for less, or give the nodes more"},
    };
    const struct path at = replicas_path(input->arena, deployment->deployment);

    report(findings, &at, texts[deployment->guess].fix, "wants %s, %lld can start %s",
           deployment->wanted < 0
               ? "replicas"
               : count_text(input->arena, deployment->wanted, "replica", "replicas"),
           (long long)deployment->room, texts[deployment->guess].condition);
}

static void doubt_undetected(const struct rule_input *input, struct findings *findings,
                             const struct placement_deployment *deployment)
{
    const struct path at =
        option_path(input->arena, deployment->deployment, deployment->undetected);

    report(findings, &at, "give a worker group a limit, or a rayStartParams value, for it",
           "asks for %.40s, and no worker group says it has any", deployment->undetected);
}

static void doubt_default(struct findings *findings, const struct placement_deployment *deployment)
{
    report(findings, &deployment->deployment->at,
           "say what a replica takes: ray_actor_options: {num_cpus: …}",
           "no ray_actor_options: at Ray's default, 1 CPU each, %lld of %lld can start",
           (long long)deployment->likely_room, (long long)amount_most(deployment->wanted, 1));
}

static void doubt_order(const struct rule_input *input, struct findings *findings,
                        const struct placement_deployment *deployment)
{
    const struct path at = replicas_path(input->arena, deployment->deployment);

    report(findings, &at, "ask for less, or give the workers more",
           "%s may find no room: others can fill the nodes first, and Ray never moves a replica",
           count_text(input->arena, deployment->wanted, "replica", "replicas"));
}

/* max_replicas, where somebody wrote it: `auto` says 100 and means "as many as fit". */
static void doubt_most(const struct rule_input *input, struct findings *findings,
                       const struct placement_deployment *deployment)
{
    const struct serve_deployment *serve = deployment->deployment;
    const struct yaml_value *scaling = yaml_member(serve->value, "autoscaling_config");
    const struct path config = serve_member_path(&serve->at, serve->value, "autoscaling_config");
    const struct path at = serve_member_path(&config, scaling, "max_replicas");

    report(findings, &at,
           arena_printf(input->arena, "set max_replicas: %lld, or add workers",
                        (long long)deployment->room),
           "may scale to %lld, at most %lld can start (%s)", (long long)deployment->wanted_max,
           (long long)deployment->room, room_text(input->arena, input->placement, deployment));
}

static bool is_tight(const struct placement *placement,
                     const struct placement_deployment *deployment)
{
    const struct demand *demand = deployment->demand;

    return placement->demands_known && placement->verdict != PLACEMENT_NEVER &&
           placement->workers_start == placement->workers_max &&
           deployment->verdict == PLACEMENT_UNKNOWN && demand->shape == DEMAND_NODE &&
           demand->gang == 1 && deployment->room_known &&
           deployment->wanted <= deployment->room_start;
}

static bool writes_max(const struct serve_deployment *deployment)
{
    return yaml_member(yaml_member(deployment->value, "autoscaling_config"), "max_replicas");
}

static void check_deployment(const struct rule_input *input, struct findings *findings,
                             const struct placement_deployment *deployment)
{
    if (deployment->verdict == PLACEMENT_NEVER) {
        if (deployment->guess)
            doubt_guess(input, findings, deployment);
        else if (!deployment->for_ever)
            doubt_start(input, findings, deployment);
    } else if (deployment->undetected) {
        doubt_undetected(input, findings, deployment);
    } else if (deployment->likely_room < amount_most(deployment->wanted, 1)) {
        doubt_default(findings, deployment);
    } else if (is_tight(input->placement, deployment)) {
        doubt_order(input, findings, deployment);
    } else if (deployment->wanted_max > deployment->room && writes_max(deployment->deployment)) {
        doubt_most(input, findings, deployment);
    }
}

static const struct placement_deployment *last_by_default(const struct placement *placement)
{
    const struct placement_deployment *last = NULL;

    for (size_t i = 0; i < placement->deployment_count; i++)
        if (placement_is_judged(&placement->deployments[i]) &&
            !placement->deployments[i].deployment->actor_options)
            last = &placement->deployments[i];
    return last;
}

/* Each by itself has room with Ray's default; not all of them. */
static void doubt_defaults(const struct rule_input *input, struct findings *findings)
{
    const struct placement *placement = input->placement;
    const struct placement_deployment *last = last_by_default(placement);

    if (!last || last->likely_room < amount_most(last->wanted, 1))
        return;
    report(findings, &last->deployment->at,
           "say what a replica takes: ray_actor_options: {num_cpus: …}",
           "no ray_actor_options: at Ray's default, 1 CPU each, all want %s CPU, there are %s",
           amount_text(input->arena, "CPU", placement->likely_cpus),
           amount_text(input->arena, "CPU", placement->cpus));
}

/* What is denied for certain, one of the deployments or all together, is not said again. */
static void check_sum(const struct rule_input *input, struct findings *findings)
{
    const struct placement *placement = input->placement;
    const struct placement_shortage *shortage = &placement->shortage;

    for (size_t i = 0; i < placement->deployment_count; i++)
        if (placement->deployments[i].verdict == PLACEMENT_NEVER)
            return;
    if (shortage->kind && shortage->last && (shortage->guess || !shortage->for_ever))
        report_shortage(input, findings);
    else if (!shortage->kind && placement->likely_cpus > placement->cpus)
        doubt_defaults(input, findings);
}

void check_may_not_fit(const struct rule_input *input, struct findings *findings)
{
    const struct placement *placement = input->placement;

    check_sum(input, findings);
    for (size_t i = 0; i < placement->deployment_count; i++)
        if (placement_is_judged(&placement->deployments[i]) &&
            placement->deployments[i].wanted != 0)
            check_deployment(input, findings, &placement->deployments[i]);
}

static void report_running(const struct rule_input *input, struct findings *findings,
                           const struct placement_deployment *deployment)
{
    const struct path at = replicas_path(input->arena, deployment->deployment);

    report(findings, &at, "start a new cluster with more workers first",
           "wants %lld, at most %lld can start on the %s", (long long)deployment->wanted,
           (long long)deployment->room_start,
           count_text(input->arena, input->placement->workers_start, "worker that runs",
                      "workers that run"));
}

static void report_growth(const struct rule_input *input, struct findings *findings,
                          const struct placement_deployment *deployment)
{
    const struct path at = replicas_path(input->arena, deployment->deployment);

    report(findings, &at, "raise minReplicas to have them from the start",
           "wants %lld, %lld can start on %s at first: the autoscaler has to add more",
           (long long)deployment->wanted, (long long)deployment->room_start,
           count_text(input->arena, input->placement->workers_start, "worker", "workers"));
}

void check_need_more_workers(const struct rule_input *input, struct findings *findings)
{
    const struct placement *placement = input->placement;

    for (size_t i = 0; i < placement->deployment_count; i++) {
        const struct placement_deployment *each = &placement->deployments[i];

        if (!placement_is_judged(each) || each->verdict == PLACEMENT_NEVER ||
            each->wanted <= each->room_start)
            continue;
        if (placement->running)
            report_running(input, findings, each);
        else
            report_growth(input, findings, each);
    }
}
