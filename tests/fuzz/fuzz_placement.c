/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clusters and configs whose numbers are as odd as the input's bytes choose: what is predicted
 * stays within itself, and no sum runs over.
 */
#include "fuzz/fuzz.h"
#include "ray/placement.h"

struct input {
    const uint8_t *data;
    size_t size;
};

static size_t pick(struct input *input, size_t count)
{
    if (input->size == 0)
        return 0;
    input->size--;
    return *input->data++ % count;
}

#define PICK(input, list) ((list)[pick((input), sizeof(list) / sizeof *(list))])

static const char *const counts[] = {"0",          "1",           "2",
                                     "3",          "-1",          "2147483647",
                                     "2147483648", "4294967295",  "9007199254740991",
                                     "1e300",      "-2147483648", "100"};

static const char *const amounts[] = {"0",      "1",       "2",    "0.5",  "0.0001",
                                      "0.3333", "64",      "1e9",  "1e18", "1e300",
                                      "-1",     "0.00001", "null", "x",    "1073741824"};

static const char *const flags[] = {"0",
                                    "1",
                                    "2",
                                    "64",
                                    "1073741824",
                                    "9223372036854775807",
                                    "92233720368547758070",
                                    "",
                                    "true",
                                    "-1",
                                    "1.5",
                                    "'{\\\"r\\\": 2}'",
                                    "'{\\\"r\\\": 9007199254740991}'",
                                    "{\\\"r\\\": 1}",
                                    "'"};

static const char *const quantities[] = {"1",  "500m", "8E", "1Ei", "0",    "-1",
                                         "1n", "2Gi",  "",   "1e9", "9e99", "12345678901234567890"};

static void put_param(struct text *out, struct input *input, const char *name)
{
    if (pick(input, 3))
        text_printf(out, ",\"%s\":\"%s\"", name, PICK(input, flags));
}

static void put_group(struct text *out, struct input *input)
{
    static const char *const keys[] = {"cpu", "memory", "nvidia.com/gpu", "google.com/tpu", "r"};

    text_puts(out, "\"rayStartParams\":{\"block\":\"true\"");
    put_param(out, input, "num-cpus");
    put_param(out, input, "num-gpus");
    put_param(out, input, "memory");
    put_param(out, input, "resources");
    text_puts(out, "}");
    if (pick(input, 4) == 0)
        text_printf(out, ",\"resources\":{\"%s\":\"%s\"}", PICK(input, keys),
                    PICK(input, quantities));
    text_printf(
        out,
        ",\"template\":{\"spec\":{\"containers\":[{\"resources\":{\"limits\":{\"%s\":\"%s\"},"
        "\"requests\":{\"cpu\":\"%s\"}}}]}}",
        PICK(input, keys), PICK(input, quantities), PICK(input, quantities));
}

static void put_cluster(struct text *out, struct input *input)
{
    size_t groups = pick(input, 5);

    text_printf(out, "\"enableInTreeAutoscaling\":%s,\"headGroupSpec\":{",
                pick(input, 2) ? "true" : "false");
    put_group(out, input);
    text_puts(out, "},\"workerGroupSpecs\":[");
    for (size_t i = 0; i < groups; i++) {
        text_printf(out,
                    "%s{\"groupName\":\"g%zu\",\"replicas\":%s,\"minReplicas\":%s,"
                    "\"maxReplicas\":%s,\"numOfHosts\":%s,",
                    i ? "," : "", i, PICK(input, counts), PICK(input, counts), PICK(input, counts),
                    PICK(input, counts));
        put_group(out, input);
        text_puts(out, "}");
    }
    text_puts(out, "]");
}

static void put_deployment(struct text *out, struct input *input, size_t i)
{
    static const char *const strategies[] = {"PACK", "SPREAD", "STRICT_PACK", "STRICT_SPREAD"};

    text_printf(out, "{name: D%zu", i % 7);
    if (pick(input, 3))
        text_printf(out, ", num_replicas: %s", PICK(input, counts));
    else
        text_printf(out,
                    ", autoscaling_config: {min_replicas: %s, initial_replicas: %s, "
                    "max_replicas: %s}",
                    PICK(input, counts), PICK(input, counts), PICK(input, counts));
    if (pick(input, 2))
        text_printf(out, ", max_replicas_per_node: %s", PICK(input, counts));
    if (pick(input, 4))
        text_printf(out,
                    ", ray_actor_options: {num_cpus: %s, num_gpus: %s, memory: %s, "
                    "resources: {r: %s}}",
                    PICK(input, amounts), PICK(input, amounts), PICK(input, amounts),
                    PICK(input, amounts));
    if (pick(input, 4) == 0)
        text_printf(out,
                    ", placement_group_bundles: [{CPU: %s}, {CPU: %s, r: %s}], "
                    "placement_group_strategy: %s",
                    PICK(input, amounts), PICK(input, amounts), PICK(input, amounts),
                    PICK(input, strategies));
    if (pick(input, 8) == 0)
        text_printf(out, ", gang_scheduling_config: {gang_size: %s}", PICK(input, counts));
    text_puts(out, "}");
}

static const char *serve_text(struct arena *arena, struct input *input)
{
    struct text out = text_new(arena);
    size_t deployments = pick(input, 12);

    text_printf(&out, "target_capacity: %s\napplications: [", pick(input, 4) ? "100" : "33.4");
    for (size_t i = 0; i < deployments; i++) {
        bool opens = i == 0 || pick(input, 3) == 0;

        if (opens)
            text_printf(&out, "%s{name: a%zu, import_path: a:b, deployments: [", i ? "]}, " : "",
                        i);
        else
            text_puts(&out, ", ");
        put_deployment(&out, input, i);
    }
    text_puts(&out, deployments ? "]}]" : "]");
    return text_string(&out);
}

static void check_bounds(int64_t least, int64_t most, int64_t workers)
{
    MUST((least < 0) == (most < 0));
    MUST(least <= most && most <= workers);
}

static void check_deployment(const struct placement_deployment *deployment)
{
    MUST(deployment->room >= 0 && deployment->likely_room >= 0);
    MUST(deployment->room_start >= 0 && deployment->room_start <= deployment->room);
    MUST(deployment->verdict != PLACEMENT_FITS || deployment->wanted <= deployment->room_start);
    MUST((deployment->verdict == PLACEMENT_NEVER) == (deployment->reason != PLACEMENT_REASON_NONE));
}

static bool something_never_starts(const struct placement *placement)
{
    for (size_t i = 0; i < placement->deployment_count; i++)
        if (placement->deployments[i].verdict == PLACEMENT_NEVER)
            return true;
    return placement->shortage.kind != PLACEMENT_NOT_SHORT;
}

static void check(const struct placement *placement)
{
    check_bounds(placement->without_at_start, placement->without_at_start_most,
                 placement->workers_start);
    check_bounds(placement->without_at_least, placement->without_at_most, placement->workers_max);
    MUST(placement->likely_without <= placement->workers_start);
    MUST(something_never_starts(placement) == (placement->verdict == PLACEMENT_NEVER));
    for (size_t i = 0; i < placement->deployment_count; i++)
        check_deployment(&placement->deployments[i]);
    for (size_t i = 0; i < placement->group_count; i++)
        MUST(placement->groups[i].without_at_start <=
             amount_most(placement->groups[i].pods.start, 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct json_limits limits = {.depth = 64, .values = 100000};
    struct arena *arena = arena_new((size_t)64 << 20);
    struct input input = {data, size};
    struct text object = text_new(arena);
    const struct ray_service *service;
    const struct json *json;
    struct problem problem;

    text_puts(&object, "{\"spec\":{\"rayClusterConfig\":{");
    put_cluster(&object, &input);
    text_puts(&object, "},\"serveConfigV2\":");
    text_json(&object, serve_text(arena, &input));
    text_puts(&object, "}}");
    MUST(json_parse(arena, text_bytes(&object), &limits, &json, &problem) == JSON_OK);
    service = ray_service_read(arena, json);
    MUST(service != NULL);
    check(placement_of(arena, service, NULL,
                       serve_config_read(arena, service->serve_text, &service->serve_at),
                       (struct ray_release){0}));
    arena_free(arena);
    return 0;
}
