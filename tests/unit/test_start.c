/* SPDX-License-Identifier: Apache-2.0 */
/*
 * KubeRay's own results: what its v1.7.0 writes into `ray start`, and how many Pods it wants
 * (tests/data, made by calling its functions).
 */
#include "ray/start.h"
#include "rows.h"
#include "test.h"

static const struct ray_service *service_of(struct arena *arena, const struct json *group,
                                            bool head)
{
    struct text text = text_new(arena);
    const struct ray_service *service;

    text_puts(&text, "{\"spec\":{\"rayClusterConfig\":{");
    text_puts(&text, head ? "\"headGroupSpec\":" : "\"workerGroupSpecs\":[");
    json_write(&text, group);
    text_puts(&text, head ? "}}}" : "]}}}");
    service = ray_service_read(arena, rows_parse(arena, text_bytes(&text)));
    if (!service)
        exit(1);
    return service;
}

static const char *flag(const struct json *row, const char *name)
{
    return json_string(json_member(json_member(row, "flags"), name));
}

static bool same_resources(struct arena *arena, const char *want, const struct ray_resources *is)
{
    struct ray_resources list;
    struct bytes inside = {want + 1, strlen(want) - 2};

    if (!ray_resources_read(arena, inside, &list) || list.count != is->count)
        return false;
    for (size_t i = 0; i < list.count; i++)
        if (ray_node_amount(&(struct ray_node){.own = *is}, list.items[i].name) !=
            list.items[i].amount)
            return false;
    return true;
}

static void compare_start(struct arena *arena, const struct json *row)
{
    bool head = json_true(json_member(row, "head"));
    const struct ray_service *service = service_of(arena, json_member(row, "group"), head);
    const struct ray_group *group = head ? &service->head : &service->groups[0];
    struct ray_start start = ray_start_of(arena, service, group);
    const char *resources = flag(row, "resources");

    printf("# %s\n", json_string(json_member(row, "id")));
    CHECK(start.generated);
    CHECK_TEXT(start.cpus, flag(row, "num-cpus"));
    CHECK_TEXT(start.gpus, flag(row, "num-gpus"));
    CHECK_TEXT(start.memory, flag(row, "memory"));
    if (resources && *resources == '\'')
        CHECK(!start.resources_unknown && same_resources(arena, resources, &start.own));
    else
        CHECK(start.own.count == 0 && start.resources_unknown == (resources != NULL));
}

static void ray_start_is_kuberays(void)
{
    CHECK_INT(rows_each(TEST_DATA "/ray-start.jsonl", compare_start), 51);
}

/* The CRD has no numOfHosts 0: the operator's own write loses it, and live it counts as 1. */
static void compare_pods(struct arena *arena, const struct json *row)
{
    const struct json *group = json_member(row, "group");
    const struct ray_service *service = service_of(arena, group, false);
    struct ray_pods pods = ray_group_pods(service, &service->groups[0]);
    int64_t desired = 0, hosts = 1;

    CHECK(json_integer(json_member(row, "desired"), &desired));
    if (json_integer(json_member(group, "numOfHosts"), &hosts) && hosts == 0)
        desired = service->groups[0].replicas;
    CHECK_INT(pods.start, desired);
    CHECK_INT(pods.max, desired);
}

static void pods_are_kuberays(void)
{
    CHECK_INT(rows_each(TEST_DATA "/desired-replicas.jsonl", compare_pods), 14);
}

TEST_MAIN(TEST(ray_start_is_kuberays), TEST(pods_are_kuberays))
