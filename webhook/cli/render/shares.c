/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/render/shares.h"

#include "ray/start.h"

struct shares shares_of_all(const struct placement *placement)
{
    int64_t total = placement->workers_start, least = placement->without_at_start,
            most = placement->without_at_start_most;

    least = least < 0 ? 0 : amount_least(least, total);
    most = most < 0 ? total : amount_least(most, total);
    return (struct shares){total - most, most - least, least};
}

static int64_t above_zero(int64_t number)
{
    return number > 0 ? number : 0;
}

/* At worst, all that is full, or empty, is in the other groups; of its own a group may know more.
 */
struct shares shares_of_group(const struct shares *all, const struct placement_group *group)
{
    int64_t workers = group->pods.start;
    int64_t others = all->full + all->maybe + all->empty - workers;
    int64_t full = above_zero(all->full - others), empty = above_zero(all->empty - others);

    empty = amount_least(amount_most(empty, group->without_at_start), workers - full);
    return (struct shares){full, workers - full - empty, empty};
}

/* Refused, or with replicas that nobody counted, a deployment has at least one. */
static void add_homeless(struct homeless *homeless, const struct placement_deployment *deployment,
                         bool alone)
{
    int64_t room = deployment->room == PLACEMENT_NO_LIMIT ? 0 : deployment->room;
    bool competes = room > 0 && !alone;

    homeless->at_least = homeless->at_least || competes || deployment->wanted < 0;
    homeless->replicas = amount_add(homeless->replicas, amount_most(deployment->wanted - room, 1));
}

/* Where only all together are too many. */
static struct homeless homeless_together(const struct placement_shortage *shortage)
{
    int64_t missing = 0;

    if (shortage->kind == PLACEMENT_SHORT_OF_PLACES)
        missing = shortage->wanted - shortage->available;
    return (struct homeless){amount_most(missing, 1), true};
}

struct homeless homeless_replicas(const struct placement *placement)
{
    struct homeless homeless = {0};

    for (size_t i = 0; i < placement->deployment_count; i++) {
        const struct placement_deployment *each = &placement->deployments[i];

        if (each->verdict == PLACEMENT_NEVER && !each->demand->replaced)
            add_homeless(&homeless, each, placement->deployment_count == 1);
    }
    if (!homeless.replicas && placement->verdict == PLACEMENT_NEVER)
        return homeless_together(&placement->shortage);
    return homeless;
}

const char *verdict_name(enum placement_verdict verdict)
{
    static const char *const names[] = {
        [PLACEMENT_UNKNOWN] = "unknown", [PLACEMENT_FITS] = "fits", [PLACEMENT_NEVER] = "never"};

    return names[verdict];
}

const char *ready_text(struct arena *arena, const struct shares *shares)
{
    long long full = shares->full, most = full + shares->maybe, workers = most + shares->empty;

    if (workers == 0)
        return "no workers at start";
    if (full == most)
        return arena_printf(arena, "%lld of %lld ready", full, workers);
    return arena_printf(arena, "%lld to %lld of %lld ready", full, most, workers);
}

static const char *cpu_text(struct arena *arena, const struct ray_node *node)
{
    if (node->cpu == RAY_UNLIMITED)
        return "";
    if (node->gpu > 0 && node->gpu != RAY_UNLIMITED)
        return arena_printf(arena, " × %g CPU, %g GPU", (double)node->cpu / RAY_ONE,
                            (double)node->gpu / RAY_ONE);
    return arena_printf(arena, " × %g CPU", (double)node->cpu / RAY_ONE);
}

const char *workers_text(struct arena *arena, const struct placement_group *group)
{
    long long start = group->pods.start, max = group->pods.max;
    const char *plural = max == 1 ? "" : "s", *cpu = cpu_text(arena, &group->node);

    if (start == max)
        return arena_printf(arena, "%lld worker%s%s", start, plural, cpu);
    if (max >= INT32_MAX)
        return arena_printf(arena, "%lld or more workers%s", start, cpu);
    return arena_printf(arena, "%lld to %lld workers%s", start, max, cpu);
}

const char *head_text(struct arena *arena, const struct placement *placement)
{
    int64_t cpu = placement->head.node.cpu;

    if (cpu == RAY_UNLIMITED)
        return "CPUs unknown";
    return arena_printf(arena, "num-cpus %g", (double)cpu / RAY_ONE);
}

const char *homeless_text(struct arena *arena, const struct homeless *homeless)
{
    return arena_printf(arena, "%s%lld replica%s", homeless->at_least ? "at least " : "",
                        (long long)homeless->replicas, homeless->replicas == 1 ? "" : "s");
}
