/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No more workers can have a replica than a maximum flow from replicas to nodes carries, each node
 * taking one. What a replica takes and what a node has is forgotten here, which only raises it.
 */
#include "ray/placement/spread.h"

#include <stdlib.h>

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
            (struct class){.places = model->demands[i].row->asked,
                           .words = bits_words(model),
                           .replicas = replicas_most(model->demands[i].demand, moment)};
    qsort(classes, count, sizeof *classes, by_places);
    count = merge(classes, count);
    for (size_t i = 0; i < count; i++) {
        classes[i].nodes = bits_count(model, classes[i].places, moment);
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

    memset(reached, 0, bits_words(model) * sizeof *reached);
    for (size_t i = 0; i < count; i++) {
        if (!(kept >> i & 1))
            cost = amount_add(cost, classes[i].replicas);
        else
            add_places(reached, &classes[i]);
    }
    return amount_add(cost, bits_count(model, reached, moment));
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
    memset(reached, 0, bits_words(model) * sizeof *reached);
    for (size_t i = 0; i < count; i++) {
        add_places(reached, &classes[i]);
        rest -= classes[i].replicas;
        least = amount_least(least, amount_add(rest, bits_count(model, reached, moment)));
    }
    return least;
}

int64_t most_occupied(const struct model *model, enum moment moment)
{
    struct class *classes = arena_array(model->arena, model->demand_count + 1, sizeof *classes);
    uint64_t *reached = arena_array(model->arena, bits_words(model), sizeof *reached);
    size_t count;

    if (!classes || !reached || model->open)
        return RAY_UNLIMITED;
    count = find_classes(model, moment, classes);
    return count <= CLASSES_TRIED ? least_cut(model, moment, classes, count, reached)
                                  : least_nested_cut(model, moment, classes, count, reached);
}
