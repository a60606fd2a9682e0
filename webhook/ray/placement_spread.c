/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounds on the workers that stay unready for lack of a replica. At least: no more workers can have
 * one than a maximum flow from replicas to nodes carries. At most: so many nodes have one, however
 * the replicas pile up.
 */
#include "ray/placement_model.h"

#include <stdlib.h>

/* Which replicas on which cluster. */
enum moment { AT_START, AT_LARGEST };

static int64_t nodes_of(const struct model_node *node, enum moment moment)
{
    return moment == AT_START ? node->start : node->max;
}

static int64_t replicas_most(const struct demand *demand, enum moment moment)
{
    int64_t replicas = moment == AT_START ? demand->start : demand->max;

    return replicas < 0 ? RAY_UNLIMITED : replicas;
}

static int64_t replicas_least(const struct demand *demand, enum moment moment)
{
    return amount_most(moment == AT_START ? demand->start : demand->floor, 0);
}

static size_t words_of(const struct model *model)
{
    return model->node_count / 64 + 1;
}

static bool has_bit(const uint64_t *bits, size_t i)
{
    return bits[i / 64] >> i % 64 & 1;
}

static bool find_places(struct model *model)
{
    for (size_t i = 0; i < model->demand_count; i++) {
        struct model_demand *demand = &model->demands[i];

        demand->asked = arena_array(model->arena, words_of(model), sizeof *demand->asked);
        for (size_t j = 0; demand->asked && j < model->node_count; j++) {
            bool hosts = model_capacity(&model->nodes[j], &demand->node, 1) > 0;

            model->nodes[j].group->hosts_replicas |= hosts;
            if (hosts && model->nodes[j].asked)
                demand->asked[j / 64] |= (uint64_t)1 << j % 64;
        }
    }
    return !arena_exhausted(model->arena);
}

/* Demands that can go to the same nodes. */
struct class
{
    const uint64_t *places;
    size_t words;
    int64_t replicas, nodes; /* no more replicas than nodes: more occupy none */
};

static int by_places(const void *a, const void *b)
{
    const struct class *left = a, *right = b;

    return memcmp(left->places, right->places, left->words * sizeof *left->places);
}

static int by_nodes(const void *a, const void *b)
{
    const struct class *left = a, *right = b;

    return (left->nodes > right->nodes) - (left->nodes < right->nodes);
}

static int64_t count_nodes(const struct model *model, const uint64_t *places, enum moment moment)
{
    int64_t count = 0;

    for (size_t i = 0; i < model->node_count; i++)
        if (has_bit(places, i))
            count = amount_add(count, nodes_of(&model->nodes[i], moment));
    return count;
}

static size_t merge(struct class *classes, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (kept && by_places(&classes[kept - 1], &classes[i]) == 0)
            classes[kept - 1].replicas =
                amount_add(classes[kept - 1].replicas, classes[i].replicas);
        else
            classes[kept++] = classes[i];
    }
    return kept;
}

/* Those that can go to few nodes first. */
static size_t find_classes(const struct model *model, enum moment moment, struct class *classes)
{
    size_t count = 0;

    for (size_t i = 0; i < model->demand_count; i++)
        classes[count++] =
            (struct class){.places = model->demands[i].asked,
                           .words = words_of(model),
                           .replicas = replicas_most(model->demands[i].demand, moment)};
    qsort(classes, count, sizeof *classes, by_places);
    count = merge(classes, count);
    for (size_t i = 0; i < count; i++) {
        classes[i].nodes = count_nodes(model, classes[i].places, moment);
        classes[i].replicas = amount_least(classes[i].replicas, classes[i].nodes);
    }
    qsort(classes, count, sizeof *classes, by_nodes);
    return count;
}

static void add_places(uint64_t *reached, const struct class *class)
{
    for (size_t i = 0; i < class->words; i++)
        reached[i] |= class->places[i];
}

/* The cut that keeps these classes: the nodes they reach, and the other classes' replicas. */
static int64_t cut(const struct model *model, enum moment moment, const struct class *classes,
                   size_t count, uint64_t kept, uint64_t *reached)
{
    int64_t cost = 0;

    memset(reached, 0, words_of(model) * sizeof *reached);
    for (size_t i = 0; i < count; i++) {
        if (!(kept >> i & 1))
            cost = amount_add(cost, classes[i].replicas);
        else
            add_places(reached, &classes[i]);
    }
    return amount_add(cost, count_nodes(model, reached, moment));
}

/* So few classes have all their cuts tried: the least is the maximum flow. */
enum { CLASSES_TRIED = 8 };

static int64_t least_cut(const struct model *model, enum moment moment, const struct class *classes,
                         size_t count, uint64_t *reached)
{
    int64_t least = RAY_UNLIMITED;

    for (uint64_t kept = 0; kept < (uint64_t)1 << count; kept++)
        least = amount_least(least, cut(model, moment, classes, count, kept, reached));
    return least;
}

/*
 * More classes: only the cuts that keep the first so many, by the number of nodes. Each bounds the
 * flow; where every class's nodes are among the next one's, one of them is the least.
 */
static int64_t least_nested_cut(const struct model *model, enum moment moment,
                                const struct class *classes, size_t count, uint64_t *reached)
{
    int64_t least, rest = 0;

    for (size_t i = 0; i < count; i++)
        rest = amount_add(rest, classes[i].replicas);
    least = rest;
    memset(reached, 0, words_of(model) * sizeof *reached);
    for (size_t i = 0; i < count; i++) {
        add_places(reached, &classes[i]);
        rest -= classes[i].replicas;
        least = amount_least(least, amount_add(rest, count_nodes(model, reached, moment)));
    }
    return least;
}

/* Workers that can have a replica at the same time. */
static int64_t most_occupied(const struct model *model, enum moment moment)
{
    struct class *classes = arena_array(model->arena, model->demand_count + 1, sizeof *classes);
    uint64_t *reached = arena_array(model->arena, words_of(model), sizeof *reached);
    size_t count;

    if (!classes || !reached || model->open)
        return RAY_UNLIMITED;
    count = find_classes(model, moment, classes);
    return count <= CLASSES_TRIED ? least_cut(model, moment, classes, count, reached)
                                  : least_nested_cut(model, moment, classes, count, reached);
}

struct tower {
    int64_t height, count; /* replicas that one node holds; how many such nodes */
};

static int by_height(const void *a, const void *b)
{
    const struct tower *left = a, *right = b;

    return (left->height < right->height) - (left->height > right->height);
}

/*
 * The fewest asked nodes that a deployment's replicas take, if the head and the nodes that are not
 * asked hold as many as they can; all it can go to, if there are too few.
 */
static int64_t fewest_nodes(const struct model *model, const struct model_demand *demand,
                            int64_t replicas, enum moment moment, struct tower *towers)
{
    size_t count = 0;
    int64_t nodes = 0;

    for (size_t i = 0; i < model->node_count; i++) {
        const struct model_node *node = &model->nodes[i];
        int64_t height = model_capacity(node, &demand->node, demand->demand->limit);
        int64_t number = nodes_of(node, moment);

        if (node->asked && height > 0)
            towers[count++] = (struct tower){height, number};
        else
            replicas -= amount_least(replicas, amount_times(height, number));
    }
    qsort(towers, count, sizeof *towers, by_height);
    for (size_t i = 0; i < count && replicas > 0; i++) {
        int64_t wanted = (replicas - 1) / towers[i].height + 1;
        int64_t taken = amount_least(wanted, towers[i].count);

        nodes = amount_add(nodes, taken);
        replicas -= amount_least(replicas, amount_times(taken, towers[i].height));
    }
    return nodes;
}

static bool capacities_known(const struct model *model, const struct needs *needs)
{
    for (size_t i = 0; i < model->node_count; i++)
        for (size_t j = 0; j < needs->count; j++)
            if (model->nodes[i].capacity[needs->items[j].resource] == RAY_UNLIMITED)
                return false;
    return true;
}

/*
 * Does it take that many nodes even if some of its replicas never start? Then each node that could
 * hold one more is full, and as everything that fills a node is a replica, it has one. A bundle
 * away from its replica fills without one.
 */
static bool is_solid(const struct model *model, const struct model_demand *demand)
{
    const struct demand *asks = demand->demand;

    if (demand->out->verdict == PLACEMENT_FITS)
        return true;
    return asks->exact && asks->gang == 1 && !model->has_bundles &&
           capacities_known(model, &demand->node);
}

/*
 * A proxy answers only while the ingress of some application has a running replica: one whose
 * deployments all have one does.
 */
static bool something_serves(const struct model *model)
{
    for (size_t i = 0, end; i < model->demand_count; i = end) {
        const struct serve_application *application =
            model->demands[i].demand->deployment->application;
        const struct yaml_value *route = yaml_member(application->value, "route_prefix");
        bool serves = !route || route->kind != YAML_NULL;

        for (end = i; end < model->demand_count &&
                      model->demands[end].demand->deployment->application == application;
             end++)
            serves = serves && model->demands[end].starts;
        if (serves)
            return true;
    }
    return false;
}

static int64_t least_occupied(const struct model *model, enum moment moment, struct tower *towers)
{
    int64_t least = 0;

    if (!something_serves(model))
        return 0;
    for (size_t i = 0; i < model->demand_count; i++) {
        const struct model_demand *demand = &model->demands[i];

        if (is_solid(model, demand))
            least = amount_most(least,
                                fewest_nodes(model, demand, replicas_least(demand->demand, moment),
                                             moment, towers));
    }
    return least;
}

static int64_t workers_of(const struct placement *placement, enum moment moment)
{
    return moment == AT_START ? placement->workers_start : placement->workers_max;
}

static int64_t without(const struct placement *placement, enum moment moment, int64_t occupied)
{
    int64_t workers = workers_of(placement, moment);

    return occupied > workers ? 0 : workers - occupied;
}

/* Within one group: its Pods, less all replicas that may come here. */
static int64_t without_in(const struct model *model, size_t node, enum moment moment)
{
    int64_t count = nodes_of(&model->nodes[node], moment), replicas = 0;

    if (model->open)
        return 0;
    for (size_t i = 0; i < model->demand_count; i++)
        if (has_bit(model->demands[i].asked, node))
            replicas = amount_add(replicas, replicas_most(model->demands[i].demand, moment));
    return count > replicas ? count - replicas : 0;
}

/* As long as nobody says otherwise: a replica takes one CPU, and one replica is wanted. */
static int64_t likely_occupied(const struct model *model, struct tower *towers)
{
    struct need cpu = {model_resource(model, "CPU"), RAY_ONE};
    int64_t occupied = 0;

    for (size_t i = 0; i < model->demand_count; i++) {
        struct model_demand demand = model->demands[i];
        int64_t replicas = demand.demand->start < 0 ? 1 : demand.demand->start;

        if (!demand.demand->deployment->actor_options && !demand.bundles && !demand.node.count)
            demand.node = (struct needs){&cpu, 1};
        occupied = amount_most(occupied, fewest_nodes(model, &demand, replicas, AT_START, towers));
    }
    return occupied;
}

void model_find_spread(struct model *model)
{
    struct placement *placement = model->placement;
    struct tower *towers = arena_array(model->arena, model->node_count + 1, sizeof *towers);

    if (!find_places(model) || !towers)
        return;
    placement->without_at_least = without(placement, AT_LARGEST, most_occupied(model, AT_LARGEST));
    placement->without_at_most =
        without(placement, AT_LARGEST, least_occupied(model, AT_LARGEST, towers));
    placement->without_at_start = without(placement, AT_START, most_occupied(model, AT_START));
    placement->without_at_start_most =
        without(placement, AT_START, least_occupied(model, AT_START, towers));
    placement->likely_without = without(placement, AT_START, likely_occupied(model, towers));
    for (size_t i = 0; i < model->node_count; i++) {
        struct placement_group *group = model->nodes[i].group;

        group->without_at_start = without_in(model, i, AT_START);
        group->without_at_least = without_in(model, i, AT_LARGEST);
    }
}
