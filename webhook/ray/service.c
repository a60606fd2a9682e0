/* SPDX-License-Identifier: Apache-2.0 */
#include "ray/service.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

static const struct json *object_member(const struct json *object, const char *key)
{
    const struct json *value = json_member(object, key);

    return json_kind(value) == JSON_OBJECT ? value : NULL;
}

static const char *string_or(const struct json *value, const char *otherwise)
{
    const char *string = json_string(value);

    return string ? string : otherwise;
}

static int64_t integer_or(const struct json *value, int64_t otherwise)
{
    int64_t number;

    return json_integer(value, &number) ? number : otherwise;
}

static struct path below(struct arena *arena, const struct path *up, const char *key)
{
    struct path child = path_child_key(up, key);
    const struct path *kept = path_keep(arena, child);

    return kept ? *kept : child;
}

/* <group>.template.spec.containers[0]: every step above the last must outlive this call. */
static struct path container_path(struct arena *arena, const struct path *group)
{
    static const char *const steps[] = {"template", "spec", "containers"};
    const struct path *at = group;

    for (size_t i = 0; at && i < sizeof steps / sizeof *steps; i++)
        at = path_keep(arena, path_child_key(at, steps[i]));
    return at ? path_child_index(at, 0) : (struct path){0};
}

static void read_group(struct arena *arena, struct ray_group *group, const struct json *json)
{
    const struct json *containers = json_get(json, "template.spec.containers");

    group->json = json;
    group->start_params = object_member(json, "rayStartParams");
    group->resources = object_member(json, "resources");
    group->containers = json_kind(containers) == JSON_ARRAY ? containers : NULL;
    group->container = json_first(group->containers);
    group->container_at = container_path(arena, &group->at);
}

/* The CRD's defaults (all tags): the API server fills them before admission, `check` does too. */
static void read_counts(struct ray_group *group)
{
    group->name = string_or(json_member(group->json, "groupName"), "");
    group->replicas = integer_or(json_member(group->json, "replicas"), 0);
    group->min_replicas = integer_or(json_member(group->json, "minReplicas"), 0);
    group->max_replicas = integer_or(json_member(group->json, "maxReplicas"), INT32_MAX);
    group->hosts = integer_or(json_member(group->json, "numOfHosts"), 1);
    group->suspended = json_true(json_member(group->json, "suspend"));
}

static void read_groups(struct arena *arena, struct ray_service *service)
{
    const struct json *list = json_member(service->cluster, "workerGroupSpecs");
    size_t count = json_kind(list) == JSON_ARRAY ? json_count(list) : 0;

    service->groups = count ? arena_array(arena, count, sizeof *service->groups) : NULL;
    if (!service->groups)
        return;
    for (const struct json *each = json_first(list); each; each = json_next(each)) {
        struct ray_group *group = &service->groups[service->group_count];

        group->at = path_child_index(&service->groups_at, service->group_count++);
        read_group(arena, group, each);
        read_counts(group);
    }
}

static void read_paths(struct arena *arena, struct ray_service *service)
{
    service->metadata_at = path_child_key(&service->root, "metadata");
    service->spec_at = path_child_key(&service->root, "spec");
    service->cluster_at = path_child_key(&service->spec_at, "rayClusterConfig");
    service->groups_at = path_child_key(&service->cluster_at, "workerGroupSpecs");
    service->serve_at = below(arena, &service->spec_at, "serveConfigV2");
    service->head.at = path_child_key(&service->cluster_at, "headGroupSpec");
}

static void read_head(struct arena *arena, struct ray_service *service)
{
    service->head.head = true;
    service->head.name = "head";
    service->head.hosts = service->head.replicas = 1;
    read_group(arena, &service->head, object_member(service->cluster, "headGroupSpec"));
}

const struct ray_service *ray_service_read(struct arena *arena, const struct json *object)
{
    struct ray_service *service = arena_alloc(arena, sizeof *service);

    if (!service)
        return NULL;
    service->json = object;
    service->metadata = object_member(object, "metadata");
    service->annotations = object_member(service->metadata, "annotations");
    service->spec = object_member(object, "spec");
    service->cluster = object_member(service->spec, "rayClusterConfig");
    service->namespace = string_or(json_member(service->metadata, "namespace"), "");
    service->name = string_or(json_member(service->metadata, "name"), "");
    service->ray_version = string_or(json_member(service->cluster, "rayVersion"), "");
    service->deleting = json_string(json_member(service->metadata, "deletionTimestamp"));
    service->autoscaling = json_true(json_member(service->cluster, "enableInTreeAutoscaling"));
    service->suspended = json_true(json_member(service->spec, "suspend")) ||
                         json_true(json_member(service->cluster, "suspend"));
    service->serve_text = json_string(json_member(service->spec, "serveConfigV2"));
    read_paths(arena, service);
    read_head(arena, service);
    read_groups(arena, service);
    return arena_exhausted(arena) ? NULL : service;
}

const char *ray_service_annotation(const struct ray_service *service, const char *key)
{
    return json_string(json_member(service->annotations, key));
}

const char *ray_start_param(const struct ray_group *group, const char *key)
{
    return json_string(json_member(group->start_params, key));
}

const struct json *ray_cpu_count(const struct ray_group *group)
{
    for (const struct json *each = json_first(group->resources); each; each = json_next(each))
        if (strcasecmp(json_key(each), "cpu") == 0)
            return each;
    return json_member(group->start_params, "num-cpus");
}

int64_t ray_container_port(const struct ray_group *group, const char *name, int64_t otherwise)
{
    const struct json *ports = json_member(group->container, "ports");

    for (const struct json *port = json_first(ports); port; port = json_next(port))
        if (strcmp(string_or(json_member(port, "name"), ""), name) == 0)
            return integer_or(json_member(port, "containerPort"), otherwise);
    return otherwise;
}

const char *ray_container_env(const struct ray_group *group, const char *name)
{
    const struct json *list = json_member(group->container, "env");

    for (const struct json *each = json_first(list); each; each = json_next(each))
        if (strcmp(string_or(json_member(each, "name"), ""), name) == 0)
            return string_or(json_member(each, "value"), "");
    return NULL;
}

/* As Go's strconv.ParseInt(value, 10, 32): 0 and negative numbers pass, blanks do not. */
static int64_t parse_int32(const char *value, int64_t otherwise)
{
    const char *digits = value + (*value == '-' || *value == '+');
    long long number;

    if (!*digits || digits[strspn(digits, "0123456789")])
        return otherwise;
    errno = 0;
    number = strtoll(value, NULL, 10);
    return errno || number < INT32_MIN || number > INT32_MAX ? otherwise : number;
}

int64_t ray_agent_port(const struct ray_group *group)
{
    const char *value = ray_start_param(group, RAY_AGENT_PORT_PARAM);

    return value ? parse_int32(value, RAY_AGENT_PORT) : RAY_AGENT_PORT;
}

bool ray_has_serve_port(const struct ray_group *head)
{
    const struct json *ports = json_member(head->container, "ports");

    for (const struct json *port = json_first(ports); port; port = json_next(port))
        if (strncmp(string_or(json_member(port, "name"), ""), "serve-", 6) == 0)
            return true;
    return false;
}

static bool has_ray_start(const struct json *words)
{
    for (const struct json *word = json_first(words); word; word = json_next(word))
        if (strstr(string_or(word, ""), "ray start"))
            return true;
    return false;
}

bool ray_start_is_generated(const struct ray_service *service, const struct ray_group *group)
{
    const char *overwrite = ray_service_annotation(service, "ray.io/overwrite-container-cmd");

    return !(overwrite && strcmp(overwrite, "true") == 0) &&
           !has_ray_start(json_member(group->container, "command")) &&
           !has_ray_start(json_member(group->container, "args"));
}

struct named_list ray_groups_by_name(struct arena *arena, const struct ray_service *service)
{
    struct named_list list = named_list_new(arena, service ? service->group_count : 0);

    for (size_t i = 0; service && i < service->group_count; i++)
        named_add(&list, service->groups[i].name, &service->groups[i]);
    named_sort(&list);
    return list;
}

const struct ray_group **ray_groups_paired(struct arena *arena, const struct ray_service *service,
                                           const struct ray_service *previous)
{
    struct named_list own = ray_groups_by_name(arena, service);
    struct named_list stored = ray_groups_by_name(arena, previous);
    const struct ray_group **pairs =
        previous && own.count ? arena_array(arena, service->group_count, sizeof(*pairs)) : NULL;

    for (size_t i = 0, j = 0; pairs && i < own.count && j < stored.count;) {
        int order = strcmp(own.items[i].name, stored.items[j].name);

        if (order == 0)
            pairs[(const struct ray_group *)own.items[i].value - service->groups] =
                stored.items[j].value;
        i += order <= 0;
        j += order >= 0;
    }
    return pairs;
}
