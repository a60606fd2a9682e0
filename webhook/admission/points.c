/* SPDX-License-Identifier: Apache-2.0 */
#include "admission/points.h"

#include <errno.h>
#include <stdlib.h>

enum { AGENT_PORT = 52365, SERVE_PORT = 8000 };

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

struct probe_ports probe_ports_of(const struct ray_group *group)
{
    const char *agent = ray_start_param(group, "dashboard-agent-listen-port");

    return (struct probe_ports){
        .agent = agent ? parse_int32(agent, AGENT_PORT) : AGENT_PORT,
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
