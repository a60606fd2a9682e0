/* SPDX-License-Identifier: Apache-2.0 */
#include "ray/serve_config.h"

struct path serve_member_path(const struct path *up, const struct yaml_value *mapping,
                              const char *key)
{
    const struct yaml_value *value = yaml_member(mapping, key);
    struct path path = path_child_key(up, key);

    if (value) {
        path.line = value->line;
        path.column = value->column;
    }
    return path;
}

static const struct path *keep_member(struct arena *arena, const struct path *up,
                                      const struct yaml_value *mapping, const char *key)
{
    return path_keep(arena, serve_member_path(up, mapping, key));
}

static struct path item_path(const struct path *list, size_t index, const struct yaml_value *item)
{
    struct path path = path_child_index(list, index);

    path.line = item->line;
    path.column = item->column;
    return path;
}

static const struct yaml_value *list_member(const struct yaml_value *mapping, const char *key)
{
    const struct yaml_value *list = yaml_member(mapping, key);

    return list && list->kind == YAML_SEQUENCE ? list : NULL;
}

static const char *string_member(struct arena *arena, const struct yaml_value *mapping,
                                 const char *key, const char *otherwise)
{
    const struct yaml_value *value = yaml_member(mapping, key);

    return value && value->kind == YAML_STRING ? arena_copy(arena, value->text) : otherwise;
}

static int64_t count_member(const struct yaml_value *mapping, const char *key, int64_t otherwise)
{
    const struct yaml_value *value = yaml_member(mapping, key);

    return value && value->kind == YAML_INTEGER && value->integer >= 0 ? value->integer : otherwise;
}

/* facts: autoscaling starts with initial_replicas, else min_replicas; max is 1, under `auto` 100.
 */
static void read_autoscaling(struct serve_deployment *deployment, const struct yaml_value *config,
                             bool automatic)
{
    deployment->replicas = SERVE_REPLICAS_AUTO;
    deployment->min_replicas = count_member(config, "min_replicas", 1);
    deployment->max_replicas = count_member(config, "max_replicas", automatic ? 100 : 1);
    deployment->start_replicas = count_member(config, "initial_replicas", deployment->min_replicas);
}

static void read_replicas(struct serve_deployment *deployment)
{
    const struct yaml_value *count = yaml_member(deployment->value, "num_replicas");
    const struct yaml_value *config = yaml_member(deployment->value, "autoscaling_config");
    bool autoscaled = config && config->kind == YAML_MAPPING && config->count > 0;

    deployment->replicas = SERVE_REPLICAS_UNKNOWN;
    if (yaml_is(count, "auto")) {
        read_autoscaling(deployment, autoscaled ? config : NULL, true);
    } else if (count && count->kind == YAML_INTEGER && count->integer > 0) {
        deployment->replicas = SERVE_REPLICAS_FIXED;
        deployment->start_replicas = deployment->min_replicas = deployment->max_replicas =
            count->integer;
    } else if (autoscaled && (!count || count->kind == YAML_NULL)) {
        read_autoscaling(deployment, config, false);
    } else if (!count) {
        deployment->replicas = SERVE_REPLICAS_FROM_CODE;
    }
}

static void read_deployment(struct arena *arena, struct serve_deployment *deployment)
{
    const struct yaml_value *value = deployment->value;
    int64_t limit = count_member(value, "max_replicas_per_node", 0);

    deployment->name = string_member(arena, value, "name", "");
    deployment->max_replicas_per_node = limit <= 100 ? limit : 0;
    deployment->actor_options = yaml_member(value, "ray_actor_options");
    read_replicas(deployment);
}

static void read_application(struct arena *arena, struct serve_config *config,
                             struct serve_application *application)
{
    const struct yaml_value *list = list_member(application->value, "deployments");
    const struct path *at = keep_member(arena, &application->at, application->value, "deployments");

    application->name = string_member(arena, application->value, "name", "default");
    application->deployments =
        list && at ? arena_array(arena, list->count, sizeof *application->deployments) : NULL;
    if (!application->deployments)
        return;
    for (const struct yaml_value *item = list->first; item; item = item->next) {
        struct serve_deployment *deployment =
            &application->deployments[application->deployment_count];

        deployment->at = item_path(at, application->deployment_count++, item);
        deployment->value = item;
        deployment->application = application;
        read_deployment(arena, deployment);
    }
    config->deployment_count += application->deployment_count;
}

static void read_applications(struct arena *arena, struct serve_config *config)
{
    const struct yaml_value *list = list_member(config->document.root, "applications");
    const struct path *at = keep_member(arena, &config->at, config->document.root, "applications");

    config->applications =
        list && at ? arena_array(arena, list->count, sizeof *config->applications) : NULL;
    if (!config->applications)
        return;
    for (const struct yaml_value *item = list->first; item; item = item->next) {
        struct serve_application *application = &config->applications[config->application_count];

        application->at = item_path(at, config->application_count++, item);
        application->value = item;
        read_application(arena, config, application);
    }
}

/* KubeRay unmarshals into a map: null gives an empty one, a scalar or a list is an error. */
static enum serve_state state_of_root(struct serve_config *config)
{
    const struct yaml_value *root = config->document.root;

    if (root->kind == YAML_MAPPING)
        return SERVE_READ;
    if (root->kind == YAML_NULL)
        return SERVE_EMPTY;
    problem_set(&config->problem, root->line, root->column,
                "a %s at the top, where a mapping with `applications:` has to be",
                root->kind == YAML_SEQUENCE ? "list" : "single value");
    return SERVE_INVALID;
}

static enum serve_state read_text(struct arena *arena, struct serve_config *config,
                                  const char *text)
{
    switch (yaml_read(arena, bytes_of(text), &yaml_default_limits, &config->document,
                      &config->problem)) {
    case YAML_OK:
        return state_of_root(config);
    case YAML_TOO_LARGE:
        return SERVE_TOO_LARGE;
    case YAML_INVALID:
    case YAML_NO_MEMORY:
        break;
    }
    return SERVE_INVALID;
}

const struct serve_config *serve_config_read(struct arena *arena, const char *text,
                                             const struct path *at)
{
    struct serve_config *config = arena_alloc(arena, sizeof *config);

    if (!config)
        return NULL;
    config->at = path_child_text(at);
    config->state = text ? read_text(arena, config, text) : SERVE_EMPTY;
    if (config->state == SERVE_READ)
        read_applications(arena, config);
    return arena_exhausted(arena) ? NULL : config;
}

bool serve_has_worker_proxies(const struct serve_config *config)
{
    const struct yaml_value *location =
        config ? yaml_member(config->document.root, SERVE_PROXY_LOCATION) : NULL;

    return !yaml_is(location, "HeadOnly") && !yaml_is(location, "Disabled");
}
