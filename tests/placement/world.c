/* SPDX-License-Identifier: Apache-2.0 */
#include "placement/world.h"

#include <string.h>

unsigned chance_below(struct chance *chance, unsigned bound)
{
    chance->state ^= chance->state >> 12;
    chance->state ^= chance->state << 25;
    chance->state ^= chance->state >> 27;
    return bound ? (unsigned)((chance->state * 0x2545F4914F6CDD1DU) >> 33) % bound : 0;
}

static bool one_in(struct chance *chance, unsigned bound)
{
    return chance_below(chance, bound) == 0;
}

/* Whole numbers, as `ray start` wants them. A flag that is not there lets Ray detect anything. */
static void put_start(struct world *world, struct chance *chance, int capacity[RESOURCES],
                      bool head)
{
    struct text *text = &world->service;
    static const char *const flags[] = {"num-cpus", "num-gpus"};
    int most = head ? 2 : 4;

    text_puts(text, "\"rayStartParams\":{\"block\":\"true\"");
    for (int i = 0; i < 2; i++) {
        bool has = i == 0 ? !head || one_in(chance, 3) : one_in(chance, 2);
        int number = has ? (int)chance_below(chance, (unsigned)most) + (i == 0) : 0;

        capacity[i] = number * 1000;
        if (one_in(chance, 12))
            world->hidden = true;
        else
            text_printf(text, ",\"%s\":\"%d\"", flags[i], number);
    }
    capacity[2] = one_in(chance, 4) ? 1000 * (int)(1 + chance_below(chance, 2)) : 0;
    if (capacity[2])
        text_printf(text, ",\"resources\":\"'{\\\"accel\\\": %d}'\"", capacity[2] / 1000);
    text_puts(text, "}");
}

static void add_nodes(struct world *world, int group, int count, const int capacity[RESOURCES],
                      bool asked)
{
    for (int i = 0; i < count; i++) {
        struct world_node *node = &world->nodes[world->node_count++];

        *node = (struct world_node){.group = group, .asked = asked};
        memcpy(node->capacity, capacity, sizeof node->capacity);
    }
}

/* How many nodes the group has now. */
static int put_counts(struct world *world, struct chance *chance)
{
    int room = NODES_MAX - world->node_count, count = (int)chance_below(chance, 4), most;

    count = count > room ? room : count;
    most = count + (world->autoscaled ? (int)chance_below(chance, 3) : 0);
    most = most > room ? room : most;
    text_printf(&world->service, "\"replicas\":%d,\"minReplicas\":0,\"maxReplicas\":%d,", count,
                world->autoscaled ? most : 5);
    return world->grown ? most : count;
}

static void put_groups(struct world *world, struct chance *chance, int port)
{
    struct text *text = &world->service;
    int groups = 1 + (int)chance_below(chance, GROUPS_MAX), capacity[RESOURCES];

    text_printf(text, "\"enableInTreeAutoscaling\":%s,\"headGroupSpec\":{",
                world->autoscaled ? "true" : "false");
    put_start(world, chance, capacity, true);
    add_nodes(world, -1, 1, capacity, false);
    text_puts(text, "},\"workerGroupSpecs\":[");
    for (int i = 0; i < groups; i++) {
        bool odd = one_in(chance, 10);
        int count;

        text_printf(text, "%s{\"groupName\":\"g%d\",", i ? "," : "", i);
        count = put_counts(world, chance);
        put_start(world, chance, capacity, false);
        text_printf(text, ",\"template\":{\"spec\":{\"containers\":[{\"name\":\"ray\"%s}]}}}",
                    odd ? ",\"ports\":[{\"name\":\"serve\",\"containerPort\":9000}]" : "");
        add_nodes(world, i, count, capacity, port == (odd ? 9000 : 8000));
    }
    text_puts(text, "]");
}

static const int cpu_needs[] = {0, 100, 100, 250, 500, 500, 1000, 1000, 1500, 2000, 3000};

static void choose_need(struct chance *chance, int need[RESOURCES])
{
    need[0] = cpu_needs[chance_below(chance, sizeof cpu_needs / sizeof *cpu_needs)];
    need[1] = one_in(chance, 9) ? 500 * (int)(1 + chance_below(chance, 2)) : 0;
    need[2] = one_in(chance, 12) ? 1000 : 0;
}

static void put_need(struct text *text, const int need[RESOURCES], bool bundle)
{
    text_printf(text, "{%s: %d.%03d, %s: %d.%03d", bundle ? "CPU" : "num_cpus", need[0] / 1000,
                need[0] % 1000, bundle ? "GPU" : "num_gpus", need[1] / 1000, need[1] % 1000);
    if (need[2])
        text_printf(text, bundle ? ", accel: %d" : ", resources: {accel: %d}", need[2] / 1000);
    text_puts(text, "}");
}

static void add_need(int sum[RESOURCES], const int need[RESOURCES])
{
    for (int i = 0; i < RESOURCES; i++)
        sum[i] += need[i];
}

/* A placement group: the actor is inside the first bundle and asks for less. */
static void put_bundles(struct text *text, struct chance *chance,
                        struct world_deployment *deployment)
{
    static const char *const names[] = {"STRICT_PACK", "PACK", "STRICT_SPREAD"};

    deployment->bundles = BUNDLES_MAX;
    for (int i = 0; i < BUNDLES_MAX; i++)
        do
            choose_need(chance, deployment->need[i]);
        while (deployment->need[i][0] + deployment->need[i][1] + deployment->need[i][2] == 0);
    text_puts(text, ", ray_actor_options: {num_cpus: 0}, placement_group_bundles: [");
    put_need(text, deployment->need[0], true);
    text_puts(text, ", ");
    put_need(text, deployment->need[1], true);
    text_printf(text, "], placement_group_strategy: %s", names[deployment->shape - 1]);
    if (deployment->shape != SHAPE_STRICT_PACK)
        return;
    add_need(deployment->need[0], deployment->need[1]);
    deployment->bundles = 1;
}

/* Absent, the code decides: any number, any demand, any limit. */
static void put_options(struct world *world, struct chance *chance,
                        struct world_deployment *deployment)
{
    struct text *text = &world->service;

    deployment->bundles = 1;
    choose_need(chance, deployment->need[0]);
    if (one_in(chance, 6)) {
        world->hidden = true;
    } else {
        text_puts(text, ", ray_actor_options: ");
        put_need(text, deployment->need[0], false);
    }
    if (deployment->gang == 0 && one_in(chance, 2))
        deployment->limit = 1 + (int)chance_below(chance, 3);
    deployment->limit_hidden = deployment->limit && one_in(chance, 8);
    world->hidden = world->hidden || deployment->limit_hidden;
    if (deployment->limit && !deployment->limit_hidden)
        text_printf(text, ", max_replicas_per_node: %d", deployment->limit);
}

/* Since Ray 2.55; not beside a limit or a placement group of one's own. */
static void put_gang(struct text *text, struct chance *chance, struct world_deployment *deployment)
{
    if (deployment->shape != SHAPE_NODE || deployment->replicas % 2 || !one_in(chance, 6))
        return;
    deployment->gang = 2;
    text_puts(text, ", gang_scheduling_config: {gang_size: 2}");
}

static void put_replicas(struct world *world, struct chance *chance,
                         struct world_deployment *deployment)
{
    struct text *text = &world->service;
    int least = (int)chance_below(chance, 3), start = least + (int)chance_below(chance, 2);
    int most = start + (int)chance_below(chance, 2);

    if (one_in(chance, 8)) {
        deployment->replicas = 1 + (int)chance_below(chance, 3);
        world->hidden = true;
        return; /* the code's number */
    }
    if (most > 0 && one_in(chance, 5)) {
        deployment->replicas =
            world->at_start ? start
                            : least + (int)chance_below(chance, (unsigned)(most - least) + 1);
        text_printf(text,
                    ", autoscaling_config: {min_replicas: %d, initial_replicas: %d, "
                    "max_replicas: %d}",
                    least, start, most);
        return;
    }
    deployment->replicas = 1 + (int)chance_below(chance, 4);
    text_printf(text, ", num_replicas: %d", deployment->replicas);
    put_gang(text, chance, deployment);
}

static void put_deployments(struct world *world, struct chance *chance, int application)
{
    int count = 1 + (int)chance_below(chance, 2), first = world->deployment_count;

    for (int i = 0; i < count && world->deployment_count < DEPLOYMENTS_MAX - 1; i++) {
        struct world_deployment *deployment = &world->deployments[world->deployment_count++];

        *deployment = (struct world_deployment){.application = application};
        if (one_in(chance, 6))
            deployment->shape = 1 + chance_below(chance, 3);
        text_printf(&world->service, "%s{name: D%d", i ? ", " : "", i);
        put_replicas(world, chance, deployment);
        if (deployment->shape == SHAPE_NODE)
            put_options(world, chance, deployment);
        else
            put_bundles(&world->service, chance, deployment);
        text_puts(&world->service, "}");
    }
    world
        ->deployments[first +
                      (int)chance_below(chance, (unsigned)(world->deployment_count - first))]
        .ingress = true;
}

void world_make(struct world *world, struct arena *arena, struct chance *chance)
{
    int port = one_in(chance, 12) ? 9000 : 8000;
    struct text *text = &world->service;

    *world = (struct world){.application_count = 1 + (int)chance_below(chance, 2),
                            .at_start = one_in(chance, 2),
                            .autoscaled = one_in(chance, 3),
                            .service = text_new(arena)};
    world->grown = world->autoscaled && (!world->at_start || one_in(chance, 2));
    text_puts(text, "{\"spec\":{\"rayClusterConfig\":{");
    put_groups(world, chance, port);
    text_printf(text, "},\"serveConfigV2\":\"{http_options: {port: %d}, applications: [", port);
    for (int i = 0; i < world->application_count; i++) {
        text_printf(text, "%s{name: a%d, import_path: a:b, route_prefix: /%d, deployments: [",
                    i ? ", " : "", i, i);
        put_deployments(world, chance, i);
        text_puts(text, "]}");
    }
    text_puts(text, "]}\"}}");
}
