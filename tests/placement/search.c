/* SPDX-License-Identifier: Apache-2.0 */
#include "placement/search.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS = DEPLOYMENTS_MAX * BUNDLES_MAX, TABLE = 1 << 15, STATES_MAX = 12000 };

/* On each node so many pieces of each kind. */
struct state {
    uint8_t pieces[NODES_MAX][SLOTS];
};

struct entry {
    struct state state;
    unsigned generation;
};

struct search {
    struct entry table[TABLE];
    unsigned generation, states;
    const struct world *world;
    struct endings endings;
};

struct search *search_new(void)
{
    return calloc(1, sizeof(struct search));
}

void search_free(struct search *search)
{
    free(search);
}

static const int *need_of(const struct world *world, int slot)
{
    return world->deployments[slot / BUNDLES_MAX].need[slot % BUNDLES_MAX];
}

static bool has_room(const struct world *world, const struct state *state, int node, int slot)
{
    for (int i = 0; i < RESOURCES; i++) {
        int used = need_of(world, slot)[i];

        if (used == 0)
            continue;
        for (int j = 0; j < world->deployment_count * BUNDLES_MAX; j++)
            used += state->pieces[node][j] * need_of(world, j)[i];
        if (used > world->nodes[node].capacity[i])
            return false;
    }
    return true;
}

static int placed(const struct world *world, const struct state *state, int deployment)
{
    int count = 0;

    for (int i = 0; i < world->node_count; i++)
        count += state->pieces[i][deployment * BUNDLES_MAX];
    return count;
}

/* Nodes of one group are alike: their order says nothing. */
static void normalise(const struct world *world, struct state *state)
{
    for (int i = 1; i < world->node_count; i++)
        for (int j = i; j > 0 && world->nodes[j].group == world->nodes[j - 1].group; j--) {
            uint8_t row[SLOTS];

            if (memcmp(state->pieces[j - 1], state->pieces[j], SLOTS) >= 0)
                break;
            memcpy(row, state->pieces[j], SLOTS);
            memcpy(state->pieces[j], state->pieces[j - 1], SLOTS);
            memcpy(state->pieces[j - 1], row, SLOTS);
        }
}

/* False if it was there already. */
static bool remember(struct search *search, const struct state *state)
{
    const uint8_t *bytes = (const uint8_t *)state;
    uint64_t hash = 14695981039346656037U;

    for (size_t i = 0; i < sizeof *state; i++)
        hash = (hash ^ bytes[i]) * 1099511628211U;
    for (size_t i = (size_t)(hash >> 20) % TABLE;; i = (i + 1) % TABLE) {
        struct entry *entry = &search->table[i];

        if (entry->generation != search->generation) {
            *entry = (struct entry){*state, search->generation};
            search->states++;
            return true;
        }
        if (memcmp(&entry->state, state, sizeof *state) == 0)
            return false;
    }
}

static bool proxies_answer(const struct world *world, const struct state *state)
{
    for (int i = 0; i < world->deployment_count; i++)
        if (world->deployments[i].ingress && placed(world, state, i) > 0)
            return true;
    return false;
}

static bool has_replica(const struct world *world, const struct state *state, int node)
{
    for (int i = 0; i < world->deployment_count; i++)
        if (state->pieces[node][i * BUNDLES_MAX] > 0)
            return true;
    return false;
}

static void take_least(int *least, int number)
{
    *least = number < *least ? number : *least;
}

static void count_unready(const struct world *world, const struct state *state,
                          struct endings *endings)
{
    bool answer = proxies_answer(world, state);
    int unready = 0, groups[GROUPS_MAX] = {0};

    for (int i = 0; i < world->node_count; i++) {
        const struct world_node *node = &world->nodes[i];

        if (node->group < 0 || (answer && node->asked && has_replica(world, state, i)))
            continue;
        unready++;
        groups[node->group]++;
    }
    take_least(&endings->unready_least, unready);
    if (unready > endings->unready_most)
        endings->unready_most = unready;
    for (int i = 0; i < GROUPS_MAX; i++)
        take_least(&endings->group_least[i], groups[i]);
}

static void end(struct search *search, const struct state *state)
{
    const struct world *world = search->world;
    bool all = true;

    for (int i = 0; i < world->deployment_count; i++) {
        bool stuck = placed(world, state, i) < world->deployments[i].replicas;

        search->endings.stuck[i] = search->endings.stuck[i] || stuck;
        all = all && !stuck;
    }
    search->endings.all_placed = search->endings.all_placed || all;
    count_unready(world, state, &search->endings);
}

static bool explore(struct search *search, const struct state *state);

/* Places the pieces of one step from `piece` on: a replica's bundles, or a gang; true if there was
 * a way. */
static bool place(struct search *search, struct state state, int deployment, int piece, int taken)
{
    const struct world *world = search->world;
    const struct world_deployment *asks = &world->deployments[deployment];
    int bundle = asks->gang ? 0 : piece, slot = deployment * BUNDLES_MAX + bundle;
    bool found = false;

    if (piece == (asks->gang ? asks->gang : asks->bundles))
        return explore(search, &state);
    for (int i = 0; i < world->node_count; i++) {
        struct state next = state;

        if ((asks->limit && state.pieces[i][slot] >= asks->limit) ||
            (asks->shape == SHAPE_STRICT_SPREAD && bundle > 0 && i == taken) ||
            !has_room(world, &state, i, slot))
            continue;
        next.pieces[i][slot]++;
        found = place(search, next, deployment, piece + 1, i) || found;
    }
    return found;
}

static bool explore(struct search *search, const struct state *state)
{
    const struct world *world = search->world;
    struct state normal = *state;
    bool moved = false;

    normalise(world, &normal);
    if (search->states > STATES_MAX || !remember(search, &normal))
        return true;
    for (int i = 0; i < world->deployment_count; i++)
        if (placed(world, &normal, i) < world->deployments[i].replicas)
            moved = place(search, normal, i, 0, -1) || moved;
    if (!moved)
        end(search, &normal);
    return true;
}

struct endings search_endings(struct search *search, const struct world *world)
{
    search->generation++;
    search->states = 0;
    search->world = world;
    search->endings = (struct endings){.unready_least = NODES_MAX};
    for (int i = 0; i < GROUPS_MAX; i++)
        search->endings.group_least[i] = NODES_MAX;
    explore(search, &(struct state){0});
    search->endings.complete = search->states <= STATES_MAX;
    return search->endings;
}
