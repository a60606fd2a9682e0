/* SPDX-License-Identifier: Apache-2.0 */
#include "ray/placement.h"

#include "ray/demand_value.h"
#include "ray/placement/model.h"
#include "ray/running.h"

/* From a port named `serve`, else 8000: what KubeRay's probe asks, and ours. */
enum { PROXY_PORT = 8000 };

static bool has_route(const struct serve_config *config)
{
    for (size_t i = 0; i < config->application_count; i++) {
        const struct yaml_value *route = yaml_member(config->applications[i].value, "route_prefix");

        if (!route || route->kind != YAML_NULL)
            return true;
    }
    return config->application_count == 0;
}

static enum placement_proxy proxy_of(const struct serve_config *config)
{
    if (!serve_has_worker_proxies(config))
        return PLACEMENT_PROXY_NOWHERE;
    return has_route(config) ? PLACEMENT_PROXY_EVERYWHERE : PLACEMENT_PROXY_NO_ROUTE;
}

/* 0: nothing Ray would take. */
static int64_t http_port_of(const struct serve_config *config)
{
    const struct yaml_value *options = yaml_member(config->document.root, "http_options");
    const struct yaml_value *port = yaml_member(options, "port");

    if (!port)
        return PROXY_PORT;
    return port->kind == YAML_INTEGER ? port->integer : 0;
}

static void add_group(struct arena *arena, const struct ray_service *service,
                      struct placement *placement, struct placement_group *group)
{
    int64_t port = ray_container_port(group->group, "serve", PROXY_PORT);

    group->node = ray_node_of(arena, service, group->group);
    group->without_at_least = group->without_at_start = -1;
    group->proxy_asked = !group->group->head && placement->proxy == PLACEMENT_PROXY_EVERYWHERE &&
                         (placement->http_port == 0 || placement->http_port == port);
}

static struct ray_pods pods_of_all(const struct ray_service *service)
{
    struct ray_pods sum = {0};

    for (size_t i = 0; i < service->group_count; i++) {
        struct ray_pods pods = ray_group_pods(service, &service->groups[i]);

        sum.start = amount_add(sum.start, amount_most(pods.start, 0));
        sum.max = amount_add(sum.max, amount_most(pods.max, 0));
    }
    return sum;
}

/* What runs is where replicas can start; what the spec wants may still come, by another roll-out.
 */
static void set_running(struct placement_group *group, struct ray_pods running)
{
    group->pods.max = amount_most(group->pods.max, amount_most(running.start, running.max));
    group->pods.start = running.start;
}

/*
 * The counts of a running RayService that keep: its status has only their sum, so with several
 * groups they are those of the stored spec, if that gives the same sum.
 */
static void take_running(struct arena *arena, const struct ray_service *service,
                         const struct ray_service *previous, struct ray_release kuberay,
                         struct placement *placement)
{
    struct running_workers running = running_workers_of(previous);

    if (!running.known || !running_workers_stay(arena, service, previous, kuberay))
        return;
    placement->running = true;
    if (placement->group_count == 1) {
        set_running(&placement->groups[0],
                    (struct ray_pods){running.count, service->autoscaling ? running.max : 0});
        return;
    }
    /* More than the spec lets the autoscaler ask for are there only by somebody's hand. */
    placement->counts_unknown =
        service->autoscaling ? amount_most(running.count, running.max) > pods_of_all(service).max
                             : pods_of_all(previous).start != running.count;
    for (size_t i = 0; i < placement->group_count; i++) {
        const struct ray_group *old = running_group(previous, placement->groups[i].group->name);

        if (old)
            set_running(&placement->groups[i], ray_group_pods(previous, old));
    }
}

static bool is_guessed(const struct placement_group *group)
{
    return group->node.cpu_requested;
}

/* Before 1.3 KubeRay wrote no flag where there is no limit, so Ray counts the machine's CPUs. */
static void forget_requests(struct placement *placement, struct ray_release kuberay)
{
    const struct ray_release counts_requests = {1, 3, 0};

    if (!ray_release_known(kuberay) || ray_release_compare(kuberay, counts_requests) >= 0)
        return;
    for (size_t i = 0; i <= placement->group_count; i++) {
        struct placement_group *group =
            i < placement->group_count ? &placement->groups[i] : &placement->head;

        if (is_guessed(group))
            group->node.cpu = RAY_UNLIMITED;
    }
}

static void count_workers(struct placement *placement)
{
    for (size_t i = 0; i < placement->group_count; i++) {
        struct ray_pods pods = placement->groups[i].pods;

        placement->workers_start = amount_add(placement->workers_start, amount_most(pods.start, 0));
        placement->workers_max = amount_add(placement->workers_max, amount_most(pods.max, 0));
    }
}

static bool add_groups(struct arena *arena, const struct ray_service *service,
                       struct placement *placement)
{
    placement->groups = arena_array(arena, service->group_count, sizeof *placement->groups);
    placement->head = (struct placement_group){.group = &service->head,
                                               .pods = ray_group_pods(service, &service->head)};
    add_group(arena, service, placement, &placement->head);
    for (size_t i = 0; placement->groups && i < service->group_count; i++) {
        struct placement_group *group = &placement->groups[placement->group_count++];

        group->group = &service->groups[i];
        group->pods = ray_group_pods(service, group->group);
        add_group(arena, service, placement, group);
    }
    return !arena_exhausted(arena);
}

static void add_deployment(struct placement_deployment *out, const struct demand *demand)
{
    out->deployment = demand->deployment;
    out->demand = demand;
    out->wanted = demand->start;
    out->wanted_max = demand->max;
    out->room = out->room_start = out->likely_room = PLACEMENT_NO_LIMIT;
    if (!demand->refused || demand->replaced)
        return;
    out->verdict = PLACEMENT_NEVER;
    out->reason = PLACEMENT_REFUSED;
    out->for_ever = true;
}

static bool add_deployments(struct arena *arena, const struct demands *demands,
                            struct placement *placement)
{
    placement->open = demands->open;
    placement->deployment_count = demands->count;
    placement->deployments = arena_array(arena, demands->count, sizeof *placement->deployments);
    for (size_t i = 0; placement->deployments && i < demands->count; i++)
        add_deployment(&placement->deployments[i], &demands->items[i]);
    return !arena_exhausted(arena);
}

static bool something_is(const struct placement *placement, enum placement_reason reason)
{
    for (size_t i = 0; i < placement->deployment_count; i++)
        if (placement->deployments[i].reason == reason)
            return true;
    return false;
}

static void find_verdict(struct placement *placement)
{
    if (placement->shortage.kind)
        placement->verdict = PLACEMENT_NEVER;
    for (size_t i = 0; i < placement->deployment_count; i++)
        if (placement->deployments[i].verdict == PLACEMENT_NEVER)
            placement->verdict = PLACEMENT_NEVER;
}

/*
 * Refused, nothing of it runs. In a running RayService replicas of the old config stay where a new
 * one finds no room. In both cases the new config says nothing about the workers.
 */
static void forget_spread(struct placement *placement)
{
    placement->without_at_least = placement->without_at_most = -1;
    placement->without_at_start = placement->without_at_start_most = -1;
    placement->likely_without = -1;
    for (size_t i = 0; i < placement->group_count; i++)
        placement->groups[i].without_at_least = placement->groups[i].without_at_start = -1;
}

/* What can not be known, if the guess fails; the later ones contain those before them. */
struct doubts {
    enum placement_guess guess;
    bool requests, overridable;
};

static struct placement_group doubted(const struct placement_group *group,
                                      const struct doubts *doubts)
{
    struct placement_group ret = *group;

    if (doubts->overridable && group->node.overridable)
        ret.node = ray_node_unknown();
    else if (doubts->requests && is_guessed(group))
        ret.node.cpu = RAY_UNLIMITED;
    return ret;
}

static bool copy_doubted(struct arena *arena, const struct placement *placement,
                         const struct demands *demands, const struct doubts *doubts,
                         struct placement *ret)
{
    *ret = *placement;
    ret->shortage = (struct placement_shortage){0};
    ret->groups = arena_array(arena, placement->group_count, sizeof *ret->groups);
    ret->deployments = arena_array(arena, placement->deployment_count, sizeof *ret->deployments);
    if (!ret->groups || !ret->deployments)
        return false;
    for (size_t i = 0; i < placement->deployment_count; i++)
        add_deployment(&ret->deployments[i], &demands->items[i]);
    for (size_t i = 0; i < placement->group_count; i++)
        ret->groups[i] = doubted(&placement->groups[i], doubts);
    ret->head = doubted(&placement->head, doubts);
    return true;
}

/* Does `never` still hold where all that is doubted is unknown? */
static void check_guess(struct arena *arena, const struct demands *demands,
                        const struct doubts *doubts, struct placement *placement)
{
    struct placement without;
    struct model model = {.arena = arena, .placement = &without};

    if (!copy_doubted(arena, placement, demands, doubts, &without) || !model_make(&model, demands))
        return;
    model_find_never(&model);
    model_find_shortage(&model);
    if (placement->shortage.guess == PLACEMENT_PROVEN && !without.shortage.kind)
        placement->shortage.guess = doubts->guess;
    for (size_t i = 0; i < placement->deployment_count; i++)
        if (placement->deployments[i].guess == PLACEMENT_PROVEN &&
            without.deployments[i].reason == PLACEMENT_REASON_NONE)
            placement->deployments[i].guess = doubts->guess;
}

static bool is_overridable(const struct placement_group *group)
{
    return group->node.overridable;
}

static bool some_group(const struct placement *placement,
                       bool (*is)(const struct placement_group *group))
{
    for (size_t i = 0; i < placement->group_count; i++)
        if (is(&placement->groups[i]))
            return true;
    return is(&placement->head);
}

static void check_guesses(struct arena *arena, const struct demands *demands,
                          struct ray_release kuberay, struct placement *placement)
{
    bool requests = !ray_release_known(kuberay) && some_group(placement, is_guessed);

    if (requests)
        check_guess(arena, demands, &(struct doubts){PLACEMENT_BY_REQUESTS, requests, false},
                    placement);
    if (some_group(placement, is_overridable))
        check_guess(arena, demands, &(struct doubts){PLACEMENT_BY_ENV_FROM, requests, true},
                    placement);
}

static void judge(struct arena *arena, const struct demands *demands, bool update,
                  struct ray_release kuberay, struct placement *placement)
{
    struct model model = {.arena = arena, .placement = placement};

    if (!model_make(&model, demands))
        return;
    model_find_never(&model);
    model_find_shortage(&model);
    find_verdict(placement);
    if (placement->verdict == PLACEMENT_NEVER)
        check_guesses(arena, demands, kuberay, placement);
    model_find_fits(&model);
    model_find_spread(&model);
    if (something_is(placement, PLACEMENT_REFUSED) ||
        (update && placement->verdict == PLACEMENT_NEVER))
        forget_spread(placement);
}

const struct placement *placement_of(struct arena *arena, const struct ray_service *service,
                                     const struct ray_service *previous,
                                     const struct serve_config *config, struct ray_release kuberay)
{
    struct placement *placement = arena_alloc(arena, sizeof *placement);
    struct demands demands = demands_of(arena, config);

    if (!placement)
        return NULL;
    placement->proxy = proxy_of(config);
    placement->http_port = http_port_of(config);
    if (!add_groups(arena, service, placement) || !add_deployments(arena, &demands, placement))
        return NULL;
    if (previous)
        take_running(arena, service, previous, kuberay, placement);
    count_workers(placement);
    forget_requests(placement, kuberay);
    forget_spread(placement);
    if (config->state == SERVE_READ && !service->suspended && !placement->counts_unknown)
        judge(arena, &demands, previous, kuberay, placement);
    return arena_exhausted(arena) ? NULL : placement;
}
