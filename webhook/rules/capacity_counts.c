/* SPDX-License-Identifier: Apache-2.0 */
/* Worker counts that KubeRay stores and does not apply. */
#include "ray/running.h"
#include "rules/capacity_checks.h"
#include "rules/capacity_text.h"

struct count {
    const char *key;
    int64_t old, new;
};

static void report_count(const struct rule_input *input, struct findings *findings,
                         const struct ray_group *group, const struct count *count)
{
    const char *cluster = running_cluster_of(input->previous);

    report(
        findings, PATH_KEY(&group->at, count->key),
        arena_printf(input->arena, "set it on RayCluster %.63s too", cluster),
        "%.60s: %s %lld to %lld is not applied, the running cluster keeps its %s", group->name,
        count->key, (long long)count->old, (long long)count->new,
        count_text(input->arena, running_workers_of(input->previous).count, "worker", "workers"));
}

static void compare(const struct rule_input *input, struct findings *findings,
                    const struct ray_group *old, const struct ray_group *new)
{
    const struct count counts[] = {
        {"replicas", old->replicas, new->replicas},
        {"minReplicas", old->min_replicas, new->min_replicas},
        {"maxReplicas", old->max_replicas, new->max_replicas},
    };

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (counts[i].old != counts[i].new)
            report_count(input, findings, new, &counts[i]);
}

void check_counts_not_applied(const struct rule_input *input, struct findings *findings)
{
    if (!input->previous || !input->placement->running)
        return;
    for (size_t i = 0; i < input->service->group_count; i++) {
        const struct ray_group *group = &input->service->groups[i];
        const struct ray_group *old = running_group(input->previous, group->name);

        if (old)
            compare(input, findings, old, group);
    }
}
