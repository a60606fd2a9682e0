/* SPDX-License-Identifier: Apache-2.0 */
/* Worker groups whose nodes have the same are one kind of node. */
#include "ray/placement/model.h"

#include <stdlib.h>

struct entry {
    struct model_node node;
    size_t group, resource_count;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What a node has that does not say so itself: nothing, but what Ray may find. */
static const int64_t *find_silent(const struct model *model)
{
    const struct ray_node nothing = {0};
    int64_t *silent = arena_array(model->arena, model->resource_count, sizeof *silent);

    for (size_t i = 0; silent && i < model->resource_count; i++)
        silent[i] = ray_node_amount(&nothing, model->resources[i]);
    return silent;
}

static void set_amount(const struct model *model, const char *name, int64_t amount,
                       int64_t *capacity)
{
    const char *const *found =
        bsearch(&name, model->resources, model->resource_count, sizeof *model->resources, by_text);

    if (found)
        capacity[found - (const char *const *)model->resources] = amount;
}

/* A node's own list may be long, so it is gone through once. */
static const int64_t *capacity_of(const struct model *model, const struct ray_node *node,
                                  const int64_t *silent)
{
    int64_t *capacity = arena_array(model->arena, model->resource_count, sizeof *capacity);

    if (!capacity)
        return NULL;
    for (size_t i = 0; i < model->resource_count; i++)
        capacity[i] = node->own_unknown ? RAY_UNLIMITED : silent[i];
    for (size_t i = 0; i < node->own.count; i++)
        set_amount(model, node->own.items[i].name, node->own.items[i].amount, capacity);
    set_amount(model, "CPU", node->cpu, capacity);
    set_amount(model, "GPU", node->gpu, capacity);
    set_amount(model, "memory", node->memory, capacity);
    return capacity;
}

static int by_kind(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    bool left_head = left->node.group->group->head, right_head = right->node.group->group->head;

    if (left->node.asked != right->node.asked)
        return left->node.asked ? -1 : 1;
    if (left_head != right_head)
        return left_head ? 1 : -1;
    return memcmp(left->node.capacity, right->node.capacity,
                  left->resource_count * sizeof *left->node.capacity);
}

/* In the groups' order within a kind, so that the first is the one that is named. */
static int by_kind_and_group(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    int order = by_kind(a, b);

    return order ? order : (left->group > right->group) - (left->group < right->group);
}

static struct entry entry_of(const struct model *model, struct placement_group *group, size_t i,
                             const int64_t *silent)
{
    struct ray_pods pods = group->pods;

    return (struct entry){
        .group = i,
        .resource_count = model->resource_count,
        .node = {.group = group,
                 .count = {amount_most(pods.start, 0),
                           amount_most(amount_most(pods.start, pods.max), 0)},
                 .asked = group->proxy_asked,
                 .capacity = capacity_of(model, &group->node, silent)},
    };
}

static void add_kind(struct model *model, const struct entry *entry)
{
    model->grows = model->grows || entry->node.count[AT_START] != entry->node.count[AT_LARGEST];
    if (model->node_count && by_kind(&(struct entry){.node = model->nodes[model->node_count - 1],
                                                     .resource_count = model->resource_count},
                                     entry) == 0) {
        struct model_node *node = &model->nodes[model->node_count - 1];

        for (enum moment when = AT_START; when < MOMENTS; when++)
            node->count[when] = amount_add(node->count[when], entry->node.count[when]);
    } else {
        model->nodes[model->node_count++] = entry->node;
    }
    model->kinds[entry->group] = model->node_count - 1;
}

/* The head is the group after the last. */
static size_t find_entries(struct model *model, struct entry *entries, const int64_t *silent)
{
    struct placement *placement = model->placement;
    size_t count = 0;

    for (size_t i = 0; i <= placement->group_count; i++) {
        struct placement_group *group =
            i < placement->group_count ? &placement->groups[i] : &placement->head;

        model->kinds[i] = placement->group_count + 1;
        if (group->pods.start > 0 || group->pods.max > 0)
            entries[count++] = entry_of(model, group, i, silent);
    }
    return count;
}

struct place {
    int64_t capacity;
    uint32_t kind;
};

static int by_capacity(const void *a, const void *b)
{
    const struct place *left = a, *right = b;

    if (left->capacity != right->capacity)
        return left->capacity < right->capacity ? -1 : 1;
    return (left->kind > right->kind) - (left->kind < right->kind);
}

static struct model_order order_of(const struct model *model, size_t resource, struct place *places)
{
    struct model_order order = {0};
    size_t count = 0;

    for (size_t i = 0; i < model->node_count; i++)
        if (model->nodes[i].capacity[resource] > 0)
            places[count++] = (struct place){model->nodes[i].capacity[resource], (uint32_t)i};
    qsort(places, count, sizeof *places, by_capacity);
    order.kinds = arena_array(model->arena, count + 1, sizeof *order.kinds);
    for (; order.kinds && order.count < count; order.count++) {
        order.kinds[order.count] = places[order.count].kind;
        if (places[order.count].capacity != RAY_UNLIMITED)
            order.most_known = places[order.count].capacity;
    }
    return order;
}

static bool make_orders(struct model *model)
{
    struct place *places = arena_array(model->arena, model->node_count + 1, sizeof *places);

    model->orders = arena_array(model->arena, model->resource_count, sizeof *model->orders);
    for (size_t i = 0; places && model->orders && i < model->resource_count; i++)
        model->orders[i] = order_of(model, i, places);
    return !arena_exhausted(model->arena);
}

bool model_make_nodes(struct model *model)
{
    size_t groups = model->placement->group_count + 1, count;
    struct entry *entries = arena_array(model->arena, groups, sizeof *entries);
    const int64_t *silent = find_silent(model);

    model->nodes = arena_array(model->arena, groups, sizeof *model->nodes);
    model->kinds = arena_array(model->arena, groups, sizeof *model->kinds);
    if (!entries || !silent || !model->nodes || !model->kinds)
        return false;
    count = find_entries(model, entries, silent);
    if (arena_exhausted(model->arena))
        return false;
    qsort(entries, count, sizeof *entries, by_kind_and_group);
    for (size_t i = 0; i < count; i++)
        add_kind(model, &entries[i]);
    return make_orders(model);
}

int64_t bits_count(const struct model *model, const uint64_t *bits, enum moment moment)
{
    int64_t count = 0;

    for (size_t i = 0; i < model->node_count; i++)
        if (bits_have(bits, i))
            count = amount_add(count, model->nodes[i].count[moment]);
    return count;
}
