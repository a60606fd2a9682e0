/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/capacity_text.h"

#include <stdio.h>

/* More terms than these would not be read. */
enum { TERMS_MAX = 3 };

static const char *memory_text(struct arena *arena, int64_t bytes)
{
    static const char *const units[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
    size_t unit = 0;

    while (bytes && bytes % 1024 == 0 && unit + 1 < sizeof units / sizeof *units) {
        bytes /= 1024;
        unit++;
    }
    return arena_printf(arena, "%lld%s", (long long)bytes, units[unit]);
}

const char *amount_text(struct arena *arena, const char *resource, int64_t amount)
{
    char digits[8];
    int64_t rest = amount % RAY_ONE;
    int size = 4;

    if (strcmp(resource, "memory") == 0)
        return memory_text(arena, amount / RAY_ONE);
    if (rest == 0)
        return arena_printf(arena, "%lld", (long long)(amount / RAY_ONE));
    (void)snprintf(digits, sizeof digits, "%04lld", (long long)rest);
    while (digits[size - 1] == '0')
        size--;
    return arena_printf(arena, "%lld.%.*s", (long long)(amount / RAY_ONE), size, digits);
}

const char *amount_of_text(struct arena *arena, const char *resource, int64_t amount)
{
    return arena_printf(arena, "%s %.40s", amount_text(arena, resource, amount), resource);
}

const char *count_text(struct arena *arena, int64_t count, const char *one, const char *many)
{
    return arena_printf(arena, "%lld %s", (long long)count, count == 1 ? one : many);
}

int64_t group_nodes(const struct placement_group *group)
{
    return amount_most(group->pods.start, group->pods.max);
}

int64_t group_holds(const struct placement_group *group,
                    const struct placement_deployment *deployment)
{
    const struct demand *demand = deployment->demand;
    int64_t holds = demand->limit;

    for (size_t i = 0; i < demand->node.count; i++)
        holds = amount_least(
            holds, amount_pieces(ray_node_amount(&group->node, demand->node.items[i].name),
                                 demand->node.items[i].amount));
    return holds;
}

const struct placement_group *only_group(const struct placement *placement)
{
    return only_host(placement, NULL);
}

const struct placement_group *only_host(const struct placement *placement,
                                        const struct placement_deployment *deployment)
{
    const struct placement_group *only = NULL;

    for (size_t i = 0; i < placement->group_count; i++) {
        const struct placement_group *group = &placement->groups[i];

        if (group_nodes(group) <= 0 || (deployment && group_holds(group, deployment) <= 0))
            continue;
        if (only)
            return NULL;
        only = group;
    }
    return only;
}

/* The first thing that a node of the group has too little of. */
static const struct ray_resource *lacking(const struct placement_group *group,
                                          const struct ray_resources *asked)
{
    for (size_t i = 0; i < asked->count; i++)
        if (ray_node_amount(&group->node, asked->items[i].name) < asked->items[i].amount)
            return &asked->items[i];
    return NULL;
}

const char *lacks_text(struct arena *arena, const struct placement *placement,
                       const struct ray_resources *asked)
{
    struct text text = text_new(arena);
    size_t terms = 0;

    for (size_t i = 0; i < placement->group_count && terms < TERMS_MAX; i++) {
        const struct placement_group *group = &placement->groups[i];
        const struct ray_resource *lack = group_nodes(group) > 0 ? lacking(group, asked) : NULL;

        if (!lack)
            continue;
        text_puts(&text, terms++ ? ", " : "");
        if (terms == TERMS_MAX)
            text_puts(&text, "…");
        else
            text_printf(
                &text, "%.40s has %s", group->group->name,
                amount_of_text(arena, lack->name, ray_node_amount(&group->node, lack->name)));
    }
    return text_string(&text);
}

const char *asked_text(struct arena *arena, const struct ray_resources *asked)
{
    struct text text = text_new(arena);

    for (size_t i = 0; i < asked->count; i++)
        text_printf(&text, "%s%s", i ? " and " : "",
                    amount_of_text(arena, asked->items[i].name, asked->items[i].amount));
    return text_string(&text);
}

const struct placement_deployment *only_deployment(const struct placement *placement)
{
    const struct placement_deployment *only = NULL;

    for (size_t i = 0; i < placement->deployment_count; i++) {
        if (placement->deployments[i].demand->replaced)
            continue;
        if (only)
            return NULL;
        only = &placement->deployments[i];
    }
    return placement->open ? NULL : only;
}

static void add_term(struct text *text, size_t terms, const struct placement_group *group,
                     int64_t holds)
{
    if (terms > TERMS_MAX)
        return;
    text_puts(text, terms == 1 ? "" : " + ");
    if (terms == TERMS_MAX)
        text_puts(text, "…");
    else if (group->group->head)
        text_printf(text, "head %lld", (long long)holds);
    else
        text_printf(text, "%lld in %.40s × %lld", (long long)group_nodes(group), group->group->name,
                    (long long)holds);
}

static const char *sum_text(struct arena *arena, const struct placement *placement,
                            const struct placement_deployment *deployment)
{
    struct text text = text_new(arena);
    size_t terms = 0;

    for (size_t i = 0; i <= placement->group_count; i++) {
        const struct placement_group *group =
            i < placement->group_count ? &placement->groups[i] : &placement->head;
        int64_t holds = group_holds(group, deployment);

        if (group_nodes(group) > 0 && holds > 0)
            add_term(&text, ++terms, group, holds);
    }
    return text_string(&text);
}

/* What makes it fewer than the nodes hold pieces. */
static const char *wholes_text(struct arena *arena, const struct demand *demand)
{
    if (demand->shape != DEMAND_NODE)
        return arena_printf(arena, ", %zu bundles a replica", demand->bundle_count);
    return demand->gang > 1 ? arena_printf(arena, ", in gangs of %lld", (long long)demand->gang)
                            : "";
}

const char *room_text(struct arena *arena, const struct placement *placement,
                      const struct placement_deployment *deployment)
{
    const struct placement_group *only = only_group(placement);
    const char *wholes = wholes_text(arena, deployment->demand);

    if (!only || (group_nodes(&placement->head) > 0 && group_holds(&placement->head, deployment)))
        return arena_printf(arena, "%s%s", sum_text(arena, placement, deployment), wholes);
    return arena_printf(arena, "%s × %lld per node%s",
                        count_text(arena, group_nodes(only), "worker", "workers"),
                        (long long)group_holds(only, deployment), wholes);
}

struct path replicas_path(struct arena *arena, const struct serve_deployment *deployment)
{
    static const char *const keys[] = {"initial_replicas", "min_replicas"};
    const struct yaml_value *scaling = yaml_member(deployment->value, "autoscaling_config");
    const struct path *at;

    if (deployment->replicas != SERVE_REPLICAS_AUTO)
        return serve_member_path(&deployment->at, deployment->value, "num_replicas");
    at = path_keep(arena,
                   serve_member_path(&deployment->at, deployment->value, "autoscaling_config"));
    for (size_t i = 0; at && i < sizeof keys / sizeof *keys; i++)
        if (yaml_member(scaling, keys[i]))
            return serve_member_path(at, scaling, keys[i]);
    return at ? *at : deployment->at;
}

struct path option_path(struct arena *arena, const struct serve_deployment *deployment,
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

bool placement_is_judged(const struct placement_deployment *deployment)
{
    return !deployment->demand->replaced && deployment->reason != PLACEMENT_REFUSED;
}

bool replicas_are_written(const struct placement_deployment *deployment)
{
    return deployment->deployment->replicas == SERVE_REPLICAS_FIXED &&
           deployment->deployment->start_replicas == deployment->wanted;
}
