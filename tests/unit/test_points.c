/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The readiness probe of a RayService's worker: what KubeRay 1.7.0 puts on the Pod
 * (tests/data/worker-probes.jsonl, made by calling its BuildPod), and what we would inject.
 */
#include "admission/points.h"
#include "rows.h"
#include "test.h"

static void compare_probe(struct arena *arena, const struct json *row)
{
    struct text text = text_new(arena);
    const struct ray_service *service;
    const struct ray_group *group;
    const struct json *found;

    text_puts(&text, "{\"spec\":{\"rayClusterConfig\":{\"workerGroupSpecs\":[");
    json_write(&text, json_member(row, "group"));
    text_puts(&text, "]}}}");
    service = ray_service_read(arena, rows_parse(arena, text_bytes(&text)));
    if (!CHECK(service && service->group_count == 1))
        return;
    group = &service->groups[0];
    found = worker_probe(group);
    if (!found)
        found = rows_parse(arena, probe_json(arena, probe_ports_of(group)));
    if (!CHECK(json_equal_in_meaning(found, json_member(row, "readiness"))))
        printf("#   %.*s\n", (int)text_bytes(&text).size, text_bytes(&text).data);
}

static void probes_are_kuberays(void)
{
    CHECK_INT(rows_each(TEST_DATA "/worker-probes.jsonl", compare_probe), 18);
}

TEST_MAIN(TEST(probes_are_kuberays))
