/* SPDX-License-Identifier: Apache-2.0 */
/* Bounds on the workers that stay unready for lack of a replica. */
#include "ray/placement/spread.h"

static int64_t without(const struct placement *placement, enum moment moment, int64_t occupied)
{
    int64_t workers = moment == AT_START ? placement->workers_start : placement->workers_max;

    return occupied > workers ? 0 : workers - occupied;
}

/* So many replicas may come to each kind of node. */
static int64_t *count_visitors(const struct model *model, enum moment moment)
{
    int64_t *visitors = arena_array(model->arena, model->node_count + 1, sizeof *visitors);

    for (size_t i = 0; visitors && i < model->demand_count; i++) {
        int64_t replicas = replicas_most(model->demands[i].demand, moment);

        for (size_t j = 0; j < model->node_count; j++)
            if (bits_have(model->demands[i].row->asked, j))
                visitors[j] = amount_add(visitors[j], replicas);
    }
    return visitors;
}

static int64_t without_in(const struct placement_group *group, int64_t visitors, enum moment moment)
{
    int64_t start = amount_most(group->pods.start, 0);
    int64_t count = moment == AT_START ? start : amount_most(start, group->pods.max);

    return count > visitors ? count - visitors : 0;
}

static void find_in_groups(const struct model *model)
{
    const int64_t *at_start = count_visitors(model, AT_START);
    const int64_t *at_largest = count_visitors(model, AT_LARGEST);
    struct placement *placement = model->placement;

    for (size_t i = 0; at_start && at_largest && i < placement->group_count; i++) {
        struct placement_group *group = &placement->groups[i];
        size_t kind = model->kinds[i];
        bool there = kind < model->node_count && !model->open;

        if (kind < model->node_count)
            group->hosts_replicas = model->nodes[kind].group->hosts_replicas;

        group->without_at_start = there ? without_in(group, at_start[kind], AT_START) : 0;
        group->without_at_least = there ? without_in(group, at_largest[kind], AT_LARGEST) : 0;
    }
}

void model_find_spread(struct model *model)
{
    struct placement *placement = model->placement;

    placement->without_at_start = without(placement, AT_START, most_occupied(model, AT_START));
    placement->without_at_start_most =
        without(placement, AT_START, least_occupied(model, AT_START));
    placement->without_at_least = placement->without_at_start;
    placement->without_at_most = placement->without_at_start_most;
    if (model->grows) {
        placement->without_at_least =
            without(placement, AT_LARGEST, most_occupied(model, AT_LARGEST));
        placement->without_at_most =
            without(placement, AT_LARGEST, least_occupied(model, AT_LARGEST));
    }
    placement->likely_without = without(placement, AT_START, likely_occupied(model));
    find_in_groups(model);
}
