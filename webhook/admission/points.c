/* SPDX-License-Identifier: Apache-2.0 */
#include "admission/points.h"

enum { SERVE_PORT = 8000 };

const struct head_shape *head_shape_of(const struct ray_group *head)
{
    static const struct head_shape start_params = {"rayStartParams", "num-cpus", "num-cpus",
                                                   "head num-cpus"};
    static const struct head_shape resources = {"resources", "CPU", "resources.CPU",
                                                "head resources.CPU"};

    return json_first(head->resources) ? &resources : &start_params;
}

bool head_can_be_spared(const struct ray_service *service)
{
    for (size_t i = 0; i < service->group_count; i++)
        if (ray_group_pods(service, &service->groups[i]).max > 0)
            return true;
    return false;
}

const struct json *worker_probe(const struct ray_group *group)
{
    const struct json *probe = json_member(group->container, "readinessProbe");

    return json_kind(probe) == JSON_NULL ? NULL : probe;
}

struct probe_ports probe_ports_of(const struct ray_group *group)
{
    return (struct probe_ports){
        .agent = ray_agent_port(group),
        .serve = ray_container_port(group, "serve", SERVE_PORT),
    };
}

struct bytes probe_json(struct arena *arena, struct probe_ports ports)
{
    return bytes_of(arena_printf(
        arena,
        "{\"exec\":{\"command\":[\"bash\",\"-c\",\"wget --tries 1 -T 2 -q -O- "
        "http://localhost:%lld/api/local_raylet_healthz | grep success && wget --tries 1 -T 10 -q "
        "-O- http://localhost:%lld/-/healthz | grep success\"]},\"initialDelaySeconds\":10,"
        "\"timeoutSeconds\":2,\"periodSeconds\":5,\"successThreshold\":1,\"failureThreshold\":1}",
        (long long)ports.agent, (long long)ports.serve));
}

bool probe_is_standard(struct arena *arena, const struct ray_group *group)
{
    static const struct json_limits limits = {.depth = 8, .values = 100};
    const struct json *standard;
    struct problem problem;

    return json_parse(arena, probe_json(arena, probe_ports_of(group)), &limits, &standard,
                      &problem) == JSON_OK &&
           json_equal_in_meaning(standard, worker_probe(group));
}

bool same_probe_ports(const struct ray_group *a, const struct ray_group *b)
{
    struct probe_ports left = probe_ports_of(a), right = probe_ports_of(b);

    return left.agent == right.agent && left.serve == right.serve;
}
