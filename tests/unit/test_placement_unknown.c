/* SPDX-License-Identifier: Apache-2.0 */
/* What stays unknown, because it is not written, not listed, not running, or too much. */
#include "placement/predict.h"

static void what_is_not_written_is_not_guessed(void)
{
    const char *serve = ONE_APP("{name: A, num_replicas: 50, ray_actor_options: {num_cpus: 4}}");
    static const char *const clusters[] = {
        /* Ray counts the machine's CPUs. */
        CLUSTER("{\"groupName\":\"g\",\"replicas\":2,\"rayStartParams\":{}}"),
        CLUSTER("{\"groupName\":\"g\",\"replicas\":2,\"rayStartParams\":{\"num-cpus\":\"$N\"}}"),
        CLUSTER(
            "{\"groupName\":\"g\",\"replicas\":2,\"rayStartParams\":{\"num-cpus\":\"false\"},"
            "\"template\":{\"spec\":{\"containers\":[{\"resources\":{\"limits\":{\"cpu\":1}}}]}}}"),
        /* Something else starts Ray, or changes the line. */
        CLUSTER("{\"groupName\":\"g\",\"replicas\":2,\"rayStartParams\":{\"num-cpus\":\"1\"},"
                "\"template\":{\"spec\":{\"containers\":[{\"args\":[\"ray start\"]}]}}}"),
        CLUSTER("{\"groupName\":\"g\",\"replicas\":2,\"rayStartParams\":{\"num-cpus\":\"1\","
                "\"address\":\"a:1 --num-cpus=9\"}}"),
        CLUSTER("{\"groupName\":\"g\",\"replicas\":2,\"rayStartParams\":{\"num-cpus\":\"1\"},"
                "\"template\":{\"spec\":{\"containers\":[{\"env\":[{\"name\":"
                "\"RAY_OVERRIDE_RESOURCES\"}]}]}}}"),
        /* Two keys of one meaning: Go takes them in random order. */
        CLUSTER("{\"groupName\":\"g\",\"replicas\":2,\"resources\":{\"CPU\":\"1\",\"cpu\":\"2\"}}"),
    };

    for (size_t i = 0; i < sizeof clusters / sizeof *clusters; i++) {
        const struct placement *placement = predict(clusters[i], serve);

        CHECK_INT(placement->verdict, PLACEMENT_UNKNOWN);
        CHECK_INT(placement->deployments[0].room, PLACEMENT_NO_LIMIT);
    }
}

static void custom_resources_are_read_through_their_quotes(void)
{
    static const struct {
        const char *value; /* in JSON */
        int64_t room;
    } cases[] = {
        {"'{\\\"fast\\\": 3}'", 3},
        {"\\\"{\\\\\\\"fast\\\\\\\": 3}\\\"", 3}, /* not for KubeRay, but for bash */
        {"'{\\\"slow\\\": 3}'", 0},
        {"{\\\"fast\\\": 3}", PLACEMENT_NO_LIMIT}, /* bash takes the quotes: ray start fails */
        {"'{\\\"fast\\\": 0.5}'", PLACEMENT_NO_LIMIT},
        {"'{\\\"CPU\\\": 3}'", PLACEMENT_NO_LIMIT},
        {"'$(nodes)'", PLACEMENT_NO_LIMIT},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char cluster[300];

        snprintf(cluster, sizeof cluster,
                 CLUSTER("{\"groupName\":\"g\",\"replicas\":1,\"rayStartParams\":{\"num-cpus\":"
                         "\"4\",\"resources\":\"%s\"}}"),
                 cases[i].value);
        CHECK_INT(predict(cluster, ONE_APP("{name: A, num_replicas: 1, ray_actor_options: "
                                           "{num_cpus: 0.1, resources: {fast: 1}}}"))
                      ->deployments[0]
                      .room,
                  cases[i].room);
    }
}

/* What one version of Ray takes for a number, and another refuses. */
static void odd_counts_are_unknown(void)
{
    static const char *const odd[] = {
        "num_replicas: \"9\"",
        "num_replicas: 9.5",
        "autoscaling_config: {min_replicas: \"9\", max_replicas: 9}",
        "autoscaling_config: {min_replicas: 2, max_replicas: \"9\"}",
        "autoscaling_config: {min_replicas: 2, max_replicas: 9, initial_replicas: 9.5}",
    };

    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        const struct placement *placement;
        char serve[200];

        snprintf(serve, sizeof serve, ONE_APP("{name: A, ray_actor_options: {}, %s}"), odd[i]);
        placement = predict(CLUSTER(SMALL(2, 1)), serve);
        CHECK_INT(placement->verdict, PLACEMENT_UNKNOWN);
        CHECK_INT(placement->deployments[0].wanted, -1);
        CHECK_INT(placement->without_at_least, 0);
        CHECK_INT(placement->without_at_most, 2);
    }
}

static void odd_limits_are_unknown(void)
{
    static const char *const odd[] = {"\"2\"", "2.7", "-1", "[2]", "true"};

    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        const struct placement *placement;
        char serve[200];

        snprintf(serve, sizeof serve,
                 ONE_APP("{name: A, num_replicas: 4, max_replicas_per_node: %s, "
                         "ray_actor_options: {num_cpus: 0.1}}"),
                 odd[i]);
        placement = predict(CLUSTER(SMALL(2, 1)), serve);
        CHECK(!placement->deployments[0].demand->exact ||
              placement->deployments[0].demand->refused);
        CHECK(placement->verdict != PLACEMENT_FITS);
    }
}

/* Ray clips initial_replicas to the scaled bounds, it does not scale them. */
static void initial_replicas_are_not_scaled(void)
{
    static const struct {
        const char *scaling;
        int64_t start, max;
    } cases[] = {
        {"target_capacity: 50\n|initial_replicas: 4, max_replicas: 10", -1, 5},
        {"target_capacity: 50\n|initial_replicas: 4, max_replicas: 4", 2, 2},
        {"target_capacity: 100\n|initial_replicas: 4, max_replicas: 10", 4, 10},
        {"target_capacity: 0\n|initial_replicas: 4, max_replicas: 10", 0, 0},
        {"target_capacity: 50\n|min_replicas: 3, max_replicas: 10", 2, 5},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *scaling = strchr(cases[i].scaling, '|');
        const struct placement *placement;
        char serve[300];

        snprintf(serve, sizeof serve,
                 "%.*s" ONE_APP("{name: A, ray_actor_options: {num_cpus: 0.1}, "
                                "autoscaling_config: {%s}}"),
                 (int)(scaling - cases[i].scaling), cases[i].scaling, scaling + 1);
        placement = predict(CLUSTER(SMALL(4, 1)), serve);
        CHECK_INT(placement->deployments[0].wanted, cases[i].start);
        CHECK_INT(placement->deployments[0].wanted_max, cases[i].max);
    }
}

/* Ray announces a TPU slice by its own name, which no manifest has. */
static void a_tpu_slice_has_a_name(void)
{
    static const struct {
        const char *resources;
        int64_t room;
    } cases[] = {{"'{\\\"TPU\\\": 4}'", PLACEMENT_NO_LIMIT}, {"'{\\\"slow\\\": 4}'", 0}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char cluster[300];

        snprintf(cluster, sizeof cluster,
                 CLUSTER("{\"groupName\":\"g\",\"replicas\":1,\"rayStartParams\":{\"num-cpus\":"
                         "\"4\",\"resources\":\"%s\"}}"),
                 cases[i].resources);
        CHECK_INT(predict(cluster, ONE_APP("{name: A, num_replicas: 1, ray_actor_options: "
                                           "{num_cpus: 0, resources: {my-slice: 1}}}"))
                      ->deployments[0]
                      .room,
                  cases[i].room);
    }
}

static void accelerators_may_be_detected(void)
{
    const struct placement *placement =
        predict(CLUSTER("{\"groupName\":\"g\",\"replicas\":1,\"rayStartParams\":{\"num-cpus\":"
                        "\"4\"}}"),
                ONE_APP("{name: A, num_replicas: 1, ray_actor_options: {num_gpus: 1}}, "
                        "{name: B, num_replicas: 1, ray_actor_options: {resources: {TPU: 4}}}, "
                        "{name: C, num_replicas: 1, ray_actor_options: {accelerator_type: H100}}"));

    CHECK_INT(placement->verdict, PLACEMENT_UNKNOWN);
    CHECK_TEXT(placement->deployments[0].undetected, "GPU");
    CHECK_TEXT(placement->deployments[1].undetected, "TPU");
    CHECK(!placement->deployments[2].demand->exact);
}

static void the_last_of_one_name_counts(void)
{
    const struct placement *placement = predict(
        CLUSTER(SMALL(2, 1)),
        "applications: [{name: a, import_path: a:b, deployments: [{name: A, num_replicas: 9, "
        "ray_actor_options: {}}, {name: A, num_replicas: 1, ray_actor_options: {}}]}, "
        "{name: b, import_path: a:b, deployments: [{name: A, num_replicas: 1, "
        "ray_actor_options: {}}]}]");

    CHECK_INT(placement->deployment_count, 3);
    CHECK(placement->deployments[0].demand->replaced);
    CHECK(!placement->deployments[1].demand->replaced);
    CHECK(!placement->deployments[2].demand->replaced);
    CHECK_INT(placement->verdict, PLACEMENT_UNKNOWN);
    CHECK_INT(placement->without_at_least, 0);
}

static void nobody_knows_what_is_not_listed(void)
{
    static const char *const configs[] = {
        "applications: [{name: a, import_path: a:b}]",
        "applications: [{name: a, import_path: 'ray.serve.llm:build_openai_app', deployments: "
        "[{name: A, num_replicas: 1}]}]",
    };

    for (size_t i = 0; i < sizeof configs / sizeof *configs; i++) {
        const struct placement *placement = predict(CLUSTER(SMALL(3, 1)), configs[i]);

        CHECK(placement->open);
        CHECK_INT(placement->verdict, PLACEMENT_UNKNOWN);
        CHECK_INT(placement->without_at_least, 0);
        CHECK_INT(placement->without_at_most, 3);
    }
}

static void nothing_is_said_of_a_suspended_cluster(void)
{
    const struct placement *placement =
        predict("\"suspend\":true," CLUSTER(SMALL(2, 1)),
                ONE_APP("{name: A, num_replicas: 9, ray_actor_options: {}}"));

    CHECK_INT(placement->verdict, PLACEMENT_UNKNOWN);
    CHECK_INT(placement->without_at_least, -1);
    CHECK_INT(placement->deployments[0].room, PLACEMENT_NO_LIMIT);
}

#define STATUS(count)                                                                              \
    "\"status\":{\"activeServiceStatus\":{\"rayClusterName\":\"c\",\"rayClusterStatus\":{"         \
    "\"desiredWorkerReplicas\":" #count "}}},"

static void a_running_cluster_keeps_its_workers(void)
{
    const char *serve = ONE_APP("{name: A, num_replicas: 4, max_replicas_per_node: 1, "
                                "ray_actor_options: {num_cpus: 1}}");
    const struct ray_service *old, *wanted, *renewed;
    const struct placement *placement;

    arena_reset(arena);
    old = service_of(CLUSTER(SMALL(2, 1)), serve, STATUS(2));
    wanted = service_of(CLUSTER(SMALL(4, 1)), serve, "");
    renewed = service_of("\"rayVersion\":\"2.52.0\"," CLUSTER(SMALL(4, 1)), serve, "");
    placement = update(wanted, old);
    CHECK(placement->running);
    CHECK_INT(placement->workers_start, 2);
    CHECK_INT(placement->verdict, PLACEMENT_UNKNOWN);
    CHECK_INT(placement->deployments[0].room_start, 2);
    CHECK_INT(placement->deployments[0].room, 4);
    placement = update(renewed, old);
    CHECK(!placement->running);
    CHECK_INT(placement->deployments[0].room_start, 4);
}

static void two_groups_share_one_count(void)
{
    const char *serve = ONE_APP("{name: A, num_replicas: 4, max_replicas_per_node: 1}");
    const char *three = "{\"groupName\":\"a\",\"replicas\":1},{\"groupName\":\"b\",\"replicas\":2}";
    const char *five = "{\"groupName\":\"a\",\"replicas\":3},{\"groupName\":\"b\",\"replicas\":2}";
    char clusters[2][300];
    const struct placement *placement;

    snprintf(clusters[0], sizeof clusters[0], CLUSTER("%s"), three);
    snprintf(clusters[1], sizeof clusters[1], CLUSTER("%s"), five);
    arena_reset(arena);
    placement =
        update(service_of(clusters[1], serve, ""), service_of(clusters[0], serve, STATUS(3)));
    CHECK(placement->running && !placement->counts_unknown);
    CHECK_INT(placement->groups[0].pods.start, 1);
    CHECK_INT(placement->groups[0].pods.max, 3);
    placement =
        update(service_of(clusters[1], serve, ""), service_of(clusters[0], serve, STATUS(7)));
    CHECK(placement->counts_unknown);
    CHECK_INT(placement->verdict, PLACEMENT_UNKNOWN);
    CHECK_INT(placement->without_at_least, -1);
}

#define AUTOSCALED                                                                                 \
    "\"enableInTreeAutoscaling\":true," CLUSTER(                                                   \
        "{\"groupName\":\"a\",\"replicas\":1,\"minReplicas\":0,\"maxReplicas\":2},"                \
        "{\"groupName\":\"b\",\"replicas\":1,\"minReplicas\":0,\"maxReplicas\":2}")

/* Four at most by the spec: if five run, nobody knows in which group. */
static void more_run_than_the_spec_allows(void)
{
    const char *serve = ONE_APP("{name: A, num_replicas: 5, max_replicas_per_node: 1, "
                                "ray_actor_options: {num_cpus: 1}}");
    const struct ray_service *service;
    const struct placement *placement;

    arena_reset(arena);
    service = service_of(AUTOSCALED, serve, "");
    placement = update(service, service_of(AUTOSCALED, serve, STATUS(4)));
    CHECK(placement->running && !placement->counts_unknown);
    CHECK_INT(placement->verdict, PLACEMENT_NEVER);
    placement = update(service, service_of(AUTOSCALED, serve, STATUS(5)));
    CHECK(placement->running && placement->counts_unknown);
    CHECK_INT(placement->verdict, PLACEMENT_UNKNOWN);
    CHECK_INT(placement->deployments[0].room, PLACEMENT_NO_LIMIT);
    CHECK_INT(placement->without_at_least, -1);
}

/* An update that can not end leaves replicas of the old config, wherever they are. */
static void a_stalled_update_says_nothing_of_workers(void)
{
    const char *serve = ONE_APP("{name: A, num_replicas: 9, max_replicas_per_node: 1}");
    const struct placement *placement;

    arena_reset(arena);
    placement = update(service_of(CLUSTER(SMALL(2, 1)), serve, ""),
                       service_of(CLUSTER(SMALL(2, 1)), serve, STATUS(2)));
    CHECK_INT(placement->verdict, PLACEMENT_NEVER);
    CHECK_INT(placement->without_at_least, -1);
    CHECK_INT(placement->likely_without, -1);
}

/* Every group and every deployment is another: over the bound nothing is said, and soon. */
static void a_hostile_config_is_not_answered(void)
{
    struct text cluster = text_new(arena), serve = text_new(arena);
    const struct placement *placement;

    arena_reset(arena);
    text_puts(&cluster, "\"workerGroupSpecs\":[");
    for (int i = 0; i < 2000; i++)
        text_printf(&cluster,
                    "%s{\"groupName\":\"g%d\",\"replicas\":1,\"rayStartParams\":{\"num-cpus\":"
                    "\"%d\"}}",
                    i ? "," : "", i, i + 1);
    text_puts(&cluster, "]");
    text_puts(&serve, "applications: [{name: a, import_path: a:b, deployments: [");
    for (int i = 0; i < 2000; i++)
        text_printf(&serve, "%s{name: D%d, num_replicas: 9, ray_actor_options: {num_cpus: %d}}",
                    i ? ", " : "", i, i + 1);
    text_puts(&serve, "]}]");
    placement = update(service_of(text_string(&cluster), text_string(&serve), ""), NULL);
    if (!CHECK(placement != NULL))
        return;
    CHECK_INT(placement->verdict, PLACEMENT_UNKNOWN);
    CHECK_INT(placement->without_at_least, -1);
}

TEST_MAIN(TEST(set_up), TEST(what_is_not_written_is_not_guessed),
          TEST(custom_resources_are_read_through_their_quotes), TEST(odd_counts_are_unknown),
          TEST(odd_limits_are_unknown), TEST(initial_replicas_are_not_scaled),
          TEST(a_tpu_slice_has_a_name), TEST(accelerators_may_be_detected),
          TEST(the_last_of_one_name_counts), TEST(nobody_knows_what_is_not_listed),
          TEST(nothing_is_said_of_a_suspended_cluster), TEST(a_running_cluster_keeps_its_workers),
          TEST(two_groups_share_one_count), TEST(more_run_than_the_spec_allows),
          TEST(a_stalled_update_says_nothing_of_workers), TEST(a_hostile_config_is_not_answered),
          TEST(tear_down))
