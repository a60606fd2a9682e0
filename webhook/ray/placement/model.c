/* SPDX-License-Identifier: Apache-2.0 */
#include "ray/placement/model.h"

#include <stdlib.h>

/* Above, the answer is "unknown": more resources than anybody has, or too large a table. */
enum { RESOURCES_ASKED_MAX = 256, CAPACITIES_MAX = 1024 * 1024 };

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void collect(struct model *model, const struct ray_resources *list)
{
    for (size_t i = 0; i < list->count; i++)
        model->resources[model->resource_count++] = list->items[i].name;
}

static size_t names_in(const struct demands *demands)
{
    size_t count = 0;

    for (size_t i = 0; i < demands->count; i++)
        count += demands->items[i].node.count + demands->items[i].total.count;
    return count;
}

/* CPU is always one of them: a deployment that is not listed would take it. */
static bool find_resources(struct model *model, const struct demands *demands)
{
    size_t kept = 0;

    model->resources = arena_array(model->arena, names_in(demands) + 1, sizeof *model->resources);
    if (!model->resources)
        return false;
    model->resources[model->resource_count++] = "CPU";
    for (size_t i = 0; i < demands->count; i++) {
        collect(model, &demands->items[i].node);
        collect(model, &demands->items[i].total);
    }
    qsort(model->resources, model->resource_count, sizeof *model->resources, by_text);
    for (size_t i = 0; i < model->resource_count; i++)
        if (i == 0 || strcmp(model->resources[i], model->resources[kept - 1]) != 0)
            model->resources[kept++] = model->resources[i];
    model->resource_count = kept;
    return kept <= RESOURCES_ASKED_MAX &&
           kept <= CAPACITIES_MAX / (model->placement->group_count + 1);
}

size_t model_resource(const struct model *model, const char *name)
{
    const char *const *found =
        bsearch(&name, model->resources, model->resource_count, sizeof *model->resources, by_text);

    return (size_t)(found - (const char *const *)model->resources);
}

static bool find_demands(struct model *model, const struct demands *demands)
{
    model->demands = arena_array(model->arena, demands->count + 1, sizeof *model->demands);
    for (size_t i = 0; model->demands && i < demands->count; i++) {
        const struct demand *demand = &demands->items[i];

        if (demand->replaced || demand->refused)
            continue;
        model->grows =
            model->grows || demand->start != demand->max || demand->start != demand->floor;
        model->demands[model->demand_count++] =
            (struct model_demand){.out = &model->placement->deployments[i], .demand = demand};
    }
    return model->demands;
}

bool model_make(struct model *model, const struct demands *demands)
{
    model->open = demands->open;
    model->application_count = demands->application_count;
    return find_resources(model, demands) && find_demands(model, demands) &&
           model_make_nodes(model) && model_make_rows(model);
}

int64_t model_amount(const struct needs *needs, size_t resource)
{
    for (size_t i = 0; i < needs->count; i++)
        if (needs->items[i].resource == resource)
            return needs->items[i].amount;
    return 0;
}
