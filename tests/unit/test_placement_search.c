/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random small clusters and configs, each with every way it can end: no prediction is contradicted
 * by any of them. `test_placement_search 100000` takes that many worlds, of another seed with a
 * second argument. Every order of nodes and replicas is among the endings, nodes that join late
 * too.
 */
#include "placement/search.h"
#include "ray/placement.h"
#include "rows.h"
#include "test.h"

static unsigned long world_count = 1000, seed = 1, compared;

/* How sharp it is. */
static struct {
    unsigned worlds, never, could_never, all_fit, fits, could_fit, exact, could_be_exact;
} score;

static const struct placement *predict(struct arena *arena, const struct world *world)
{
    const struct json *json =
        rows_parse(arena, (struct bytes){world->service.data, world->service.size});
    const struct ray_service *service = ray_service_read(arena, json);
    const struct serve_config *config =
        serve_config_read(arena, service->serve_text, &service->serve_at);

    if (config->state != SERVE_READ) {
        (void)fprintf(stderr, "%s\n%s\n", service->serve_text, config->problem.message);
        exit(1);
    }
    return placement_of(arena, service, NULL, config, (struct ray_release){0});
}

static bool say(const struct world *world, const char *what)
{
    printf("# %s: %.*s\n", what, (int)world->service.size, world->service.data);
    return false;
}

static bool compare_verdicts(const struct world *world, const struct placement *placement,
                             const struct endings *endings)
{
    bool good = true;

    for (size_t i = 0; i < placement->deployment_count; i++)
        if (placement->deployments[i].verdict == PLACEMENT_FITS && endings->stuck[i] &&
            !world->deployments[i].limit_hidden)
            good = say(world, "fits, and is stuck");
    if (placement->verdict == PLACEMENT_NEVER && endings->all_placed)
        good = say(world, "never, and is placed");
    return good;
}

static bool within(int64_t least, int64_t most, const struct endings *endings)
{
    return least <= endings->unready_least && most >= endings->unready_most;
}

static bool compare_bounds(const struct world *world, const struct placement *placement,
                           const struct endings *endings)
{
    bool largest = world->grown || !world->autoscaled, start = world->at_start && !world->grown;
    bool good = true;

    if (largest && !within(placement->without_at_least, placement->without_at_most, endings))
        good = say(world, "bounds");
    if (start && !within(placement->without_at_start, placement->without_at_start_most, endings))
        good = say(world, "bounds at start");
    for (size_t i = 0; i < placement->group_count; i++)
        if ((largest && placement->groups[i].without_at_least > endings->group_least[i]) ||
            (start && placement->groups[i].without_at_start > endings->group_least[i]))
            good = say(world, "bounds of a group");
    return good;
}

/* What the code may have besides, where the whole is said to fit. */
static bool compare_with_code(struct search *search, struct world *world)
{
    struct world_deployment *own = &world->deployments[world->deployment_count++];
    struct endings endings;

    *own = (struct world_deployment){.bundles = 1, .need = {{1000}}, .replicas = 1};
    for (int i = 0; i < world->deployment_count; i++)
        if (world->deployments[i].shape == SHAPE_NODE && !world->deployments[i].limit)
            world->deployments[i].limit = 1;
    endings = search_endings(search, world);
    if (!endings.complete)
        return true;
    for (int i = 0; i < world->deployment_count; i++)
        if (endings.stuck[i])
            return say(world, "fits with what the code has, and is stuck");
    return true;
}

static void count(const struct world *world, const struct placement *placement,
                  const struct endings *endings)
{
    bool stuck = false, all_fit = true;

    if (!world->at_start || world->hidden || world->autoscaled)
        return;
    for (int i = 0; i < world->deployment_count; i++)
        stuck = stuck || endings->stuck[i];
    for (size_t i = 0; i < placement->deployment_count; i++)
        all_fit = all_fit && placement->deployments[i].verdict == PLACEMENT_FITS;
    score.all_fit += all_fit;
    score.worlds++;
    score.never += placement->verdict == PLACEMENT_NEVER;
    score.could_never += !endings->all_placed;
    score.fits += placement->verdict == PLACEMENT_FITS;
    score.could_fit += !stuck;
    score.exact += placement->without_at_start == placement->without_at_start_most;
    score.could_be_exact += endings->unready_least == endings->unready_most;
}

static void no_ending_contradicts(void)
{
    struct chance chance = {seed * 0x9E3779B97F4A7C15U + 1};
    struct arena *arena = arena_new(16 * 1024 * 1024);
    struct search *search = search_new();
    struct world world;
    int bad = 0;

    for (unsigned long i = 0; arena && search && i < 2 * world_count && bad < 5; i++) {
        const struct placement *placement;
        struct endings endings;

        arena_reset(arena);
        world_make(&world, arena, &chance);
        placement = predict(arena, &world);
        endings = search_endings(search, &world);
        if (!CHECK(placement != NULL) || !endings.complete)
            continue;
        if (++compared > world_count)
            break;
        count(&world, placement, &endings);
        bad += !compare_bounds(&world, placement, &endings);
        if (world.at_start)
            bad += !compare_verdicts(&world, placement, &endings);
        if (world.at_start && placement->verdict == PLACEMENT_FITS)
            bad += !compare_with_code(search, &world);
    }
    CHECK_INT(bad, 0);
    CHECK(compared >= world_count);
    printf("# of %u worlds: never %u (in truth %u), fits %u, as listed %u (%u), bounds exact %u "
           "(%u)\n",
           score.worlds, score.never, score.could_never, score.fits, score.all_fit, score.could_fit,
           score.exact, score.could_be_exact);
    search_free(search);
    arena_free(arena);
}

static const struct test tests[] = {TEST(no_ending_contradicts)};

int main(int argc, char **argv)
{
    if (argc > 1)
        world_count = strtoul(argv[1], NULL, 10);
    if (argc > 2)
        seed = strtoul(argv[2], NULL, 10);
    return test_run(tests, sizeof tests / sizeof *tests);
}
