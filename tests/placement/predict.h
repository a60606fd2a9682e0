/* SPDX-License-Identifier: Apache-2.0 */
/* A cluster and a config as short texts, and what is predicted for them. */
#ifndef TESTS_PLACEMENT_PREDICT_H
#define TESTS_PLACEMENT_PREDICT_H

#include "ray/placement.h"
#include "rows.h"
#include "test.h"

#define SMALL(count, cpus)                                                                         \
    "{\"groupName\":\"small\",\"replicas\":" #count ",\"rayStartParams\":{\"num-cpus\":\"" #cpus   \
    "\",\"num-gpus\":\"0\",\"memory\":\"1073741824\"}}"
#define CLUSTER(groups)                                                                            \
    "\"headGroupSpec\":{\"rayStartParams\":{\"num-cpus\":\"0\"}},\"workerGroupSpecs\":[" groups "]"
#define ONE_APP(deployments)                                                                       \
    "applications: [{name: app, import_path: a:b, deployments: [" deployments "]}]"

static struct arena *arena;

static inline const struct ray_service *service_of(const char *cluster, const char *serve,
                                                   const char *more)
{
    struct text text = text_new(arena);

    text_printf(&text, "{%s\"spec\":{\"rayClusterConfig\":{%s},\"serveConfigV2\":", more, cluster);
    text_json(&text, serve);
    text_puts(&text, "}}");
    return ray_service_read(arena, rows_parse(arena, text_bytes(&text)));
}

static inline const struct placement *update(const struct ray_service *service,
                                             const struct ray_service *previous)
{
    const struct serve_config *config =
        serve_config_read(arena, service->serve_text, &service->serve_at);

    if (config->state != SERVE_READ)
        printf("# %s\n", config->problem.message);
    return placement_of(arena, service, previous, config, (struct ray_release){0});
}

static inline const struct placement *predict(const char *cluster, const char *serve)
{
    arena_reset(arena);
    return update(service_of(cluster, serve, ""), NULL);
}

static void set_up(void)
{
    arena = arena_new(96 * 1024 * 1024);
}

static void tear_down(void)
{
    arena_free(arena);
}

#endif
