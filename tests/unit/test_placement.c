/* SPDX-License-Identifier: Apache-2.0 */
/* What is predicted for one cluster and one config: numbers and reasons. */
#include "placement/predict.h"

static void more_than_the_nodes_hold(void)
{
    const struct placement *placement = predict(
        CLUSTER(SMALL(4, 8)), ONE_APP("{name: A, num_replicas: 10, max_replicas_per_node: 2, "
                                      "ray_actor_options: {num_cpus: 1}}"));
    const struct placement_deployment *deployment = &placement->deployments[0];

    CHECK_INT(placement->verdict, PLACEMENT_NEVER);
    CHECK_INT(deployment->reason, PLACEMENT_TOO_MANY);
    CHECK(deployment->for_ever);
    CHECK_INT(deployment->wanted, 10);
    CHECK_INT(deployment->room, 8);
    CHECK_INT(deployment->per_node, 2);
    CHECK_INT(placement->without_at_least, 0);
    CHECK_INT(placement->without_at_most, 0);
}

static void one_replica_for_two_workers(void)
{
    const struct placement *placement = predict(
        CLUSTER(SMALL(2, 1)), ONE_APP("{name: A, num_replicas: 1, max_replicas_per_node: 1, "
                                      "ray_actor_options: {num_cpus: 0.1}}"));

    CHECK_INT(placement->verdict, PLACEMENT_FITS);
    CHECK_INT(placement->without_at_least, 1);
    CHECK_INT(placement->without_at_most, 1);
    CHECK_INT(placement->groups[0].without_at_least, 1);
    CHECK(placement->groups[0].hosts_replicas);
    CHECK(!placement->head.hosts_replicas);
}

/* Ray cuts off after four digits (fixed_point.h): 0.57 is 5699 of 10,000. */
static void amounts_are_rays(void)
{
    static const struct {
        const char *options;
        int64_t room;
    } cases[] = {
        {"num_cpus: 0.1", 10},
        {"num_cpus: 0.57", 1},
        {"num_cpus: 0.3333", 3},
        {"num_cpus: 1", 1},
        {"num_cpus: \"0.5\"", 2},
        {"num_cpus: null", 1},
        {"", 1},
        {"num_cpus: 0, memory: 536870912", 2},
        {"num_cpus: 0, memory: 5.36870913e+8", 1},
        {"num_cpus: 0, memory: 1073741824.9", 1},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char serve[200];

        snprintf(serve, sizeof serve,
                 ONE_APP("{name: A, num_replicas: 1, ray_actor_options: {%s}}"), cases[i].options);
        CHECK_INT(predict("\"headGroupSpec\":{\"rayStartParams\":{\"num-cpus\":\"0\",\"memory\":"
                          "\"1\"}},\"workerGroupSpecs\":[" SMALL(1, 1) "]",
                          serve)
                      ->deployments[0]
                      .room,
                  cases[i].room);
    }
}

static void the_largest_cluster_is_not_the_first(void)
{
    const struct placement *placement = predict(
        "\"enableInTreeAutoscaling\":true," CLUSTER(
            "{\"groupName\":\"g\",\"replicas\":1,\"maxReplicas\":3,\"numOfHosts\":2,"
            "\"rayStartParams\":{\"num-cpus\":\"1\"}}"),
        ONE_APP("{name: A, max_replicas_per_node: 1, ray_actor_options: {num_cpus: 1}, "
                "autoscaling_config: {min_replicas: 1, initial_replicas: 3, max_replicas: 9}}"));
    const struct placement_deployment *deployment = &placement->deployments[0];

    CHECK_INT(placement->workers_start, 2);
    CHECK_INT(placement->workers_max, 6);
    CHECK_INT(deployment->wanted, 3);
    CHECK_INT(deployment->wanted_max, 9);
    CHECK_INT(deployment->room_start, 2);
    CHECK_INT(deployment->room, 6);
    CHECK_INT(placement->verdict, PLACEMENT_UNKNOWN);
    CHECK_INT(placement->without_at_start, 0);
    CHECK_INT(placement->without_at_least, 0);
    CHECK_INT(placement->without_at_most, 5);
}

static void counts_may_be_billions(void)
{
    const struct placement *placement =
        predict(CLUSTER(SMALL(2147483647, 64) "," SMALL(2147483647, 1) "," SMALL(2147483647, 32)),
                ONE_APP("{name: A, num_replicas: 2147483647, ray_actor_options: {num_cpus: 64}}, "
                        "{name: B, num_replicas: 2147483647, ray_actor_options: {num_cpus: 1}}"));

    CHECK_INT(placement->workers_start, 3LL * 2147483647);
    CHECK_INT(placement->deployments[0].room, 2147483647);
    CHECK_INT(placement->deployments[1].room, 97LL * 2147483647);
    CHECK_INT(placement->without_at_least, 2147483647);
    /* B alone may sit on every large node, so that A never starts. */
    CHECK_INT(placement->without_at_most, 3LL * 2147483647);
}

static void target_capacity_scales(void)
{
    static const struct {
        const char *percent;
        int64_t start;
    } cases[] = {{"100", 5}, {"null", 5}, {"50", 3},     {"1", 1},     {"0", 0},
                 {"90", 5},  {"49.9", 2}, {"\"50\"", 3}, {"most", -1}, {"101", -1}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char serve[200];

        snprintf(serve, sizeof serve, "target_capacity: %s\n" ONE_APP("{name: A, num_replicas: 5}"),
                 cases[i].percent);
        CHECK_INT(predict(CLUSTER(SMALL(1, 1)), serve)->deployments[0].wanted, cases[i].start);
    }
}

static void placement_groups(void)
{
    static const struct {
        const char *strategy;
        enum placement_reason reason;
        int64_t room;
    } cases[] = {
        {"[{CPU: 1}, {CPU: 1}], placement_group_strategy: STRICT_PACK", PLACEMENT_FITS_NO_NODE, 0},
        {"[{CPU: 1}, {CPU: 1}], placement_group_strategy: PACK", PLACEMENT_TOO_MANY, 1},
        {"[{CPU: 0.5}, {CPU: 2}]", PLACEMENT_FITS_NO_NODE, 0},
        {"[{CPU: 0.5}, {CPU: 0.5}, {CPU: 0.5}, {CPU: 0.1}], placement_group_strategy: "
         "STRICT_SPREAD",
         PLACEMENT_TOO_FEW_NODES, 0},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct placement *placement;
        char serve[300];

        snprintf(serve, sizeof serve,
                 ONE_APP("{name: A, num_replicas: 2, ray_actor_options: {num_cpus: 0.1}, "
                         "placement_group_bundles: %s}"),
                 cases[i].strategy);
        placement = predict(CLUSTER(SMALL(3, 1)), serve);
        CHECK_INT(placement->deployments[0].reason, cases[i].reason);
        CHECK_INT(placement->deployments[0].room, cases[i].room);
    }
}

/* Replicas of a gang start together, so two of three that would fit are none. */
static void gangs_start_together(void)
{
    const struct placement *placement =
        predict(CLUSTER(SMALL(5, 1)), ONE_APP("{name: A, num_replicas: 6, ray_actor_options: {}, "
                                              "gang_scheduling_config: {gang_size: 3}}"));

    CHECK_INT(placement->deployments[0].room, 3);
    CHECK_INT(placement->verdict, PLACEMENT_NEVER);
    CHECK_INT(placement->without_at_most, 5);
}

static void what_all_ask_together(void)
{
    const struct placement *sum =
        predict(CLUSTER(SMALL(2, 2)), ONE_APP("{name: A, num_replicas: 3, ray_actor_options: "
                                              "{num_cpus: 1}}, {name: B, num_replicas: 1, "
                                              "ray_actor_options: {num_cpus: 1.5}}"));
    const struct placement_shortage *shortage = &sum->shortage;

    CHECK_INT(shortage->kind, PLACEMENT_SHORT_IN_SUM);
    CHECK_TEXT(shortage->resource, "CPU");
    CHECK_INT(shortage->wanted, 45000);
    CHECK_INT(shortage->available, 40000);
    CHECK_TEXT(shortage->last->deployment->name, "B");
    CHECK_INT(sum->deployments[0].verdict, PLACEMENT_UNKNOWN);
    CHECK_INT(sum->verdict, PLACEMENT_NEVER);
    shortage = &predict(CLUSTER(SMALL(3, 2)),
                        ONE_APP("{name: A, num_replicas: 2, ray_actor_options: {num_cpus: 1.1}}, "
                                "{name: B, num_replicas: 2, ray_actor_options: {num_cpus: 1.2}}"))
                    ->shortage;
    CHECK_INT(shortage->kind, PLACEMENT_SHORT_OF_PLACES);
    CHECK_INT(shortage->wanted, 4);
    CHECK_INT(shortage->available, 3);
    CHECK_INT(shortage->threshold, 11000);
}

static void what_ray_refuses_is_not_placed(void)
{
    static const char *const refused[] = {
        "num_replicas: 0",
        "num_replicas: 1, autoscaling_config: {}",
        "num_replicas: 1, max_replicas_per_node: 101",
        "autoscaling_config: {min_replicas: 2}", /* max_replicas is 1 */
        "autoscaling_config: {min_replicas: 2, initial_replicas: 1, max_replicas: 3}",
        "num_replicas: 1, ray_actor_options: {num_cpus: 0.00001}",
        "num_replicas: 1, ray_actor_options: {num_cpus: 2}, placement_group_bundles: [{CPU: 1}]",
    };

    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        const struct placement *placement;
        char serve[200];

        snprintf(serve, sizeof serve, ONE_APP("{name: A, %s}"), refused[i]);
        placement = predict(CLUSTER(SMALL(2, 4)), serve);
        CHECK_INT(placement->deployments[0].reason, PLACEMENT_REFUSED);
        CHECK_INT(placement->verdict, PLACEMENT_NEVER);
        CHECK_INT(placement->without_at_least, -1);
    }
}

#define NO_ROUTE                                                                                   \
    "applications: [{name: a, import_path: a:b, route_prefix: null, deployments: [{name: A}]}]"

static void without_a_proxy_every_worker_is_unready(void)
{
    static const char *const configs[] = {
        "proxy_location: HeadOnly\n" ONE_APP("{name: A, num_replicas: 2}"),
        "proxy_location: Disabled\n" ONE_APP("{name: A, num_replicas: 2}"),
        "http_options: {port: 9000}\n" ONE_APP("{name: A, num_replicas: 2}"),
        NO_ROUTE,
        "applications: []",
    };

    for (size_t i = 0; i < sizeof configs / sizeof *configs; i++) {
        const struct placement *placement = predict(CLUSTER(SMALL(2, 1)), configs[i]);

        CHECK_INT(placement->without_at_least, 2);
        CHECK_INT(placement->without_at_most, 2);
    }
}

static void replicas_pile_up_on_the_first_to_join(void)
{
    static const struct {
        const char *deployment;
        int64_t likely;
    } cases[] = {
        {"num_replicas: 3, ray_actor_options: {num_cpus: 0.5}", 2},
        {"num_replicas: 3, ray_actor_options: {num_cpus: 1}", 1},
        {"num_replicas: 3, max_replicas_per_node: 1", 0},
        {"num_replicas: 4", 1}, /* one CPU each */
        {"ray_actor_options: {}", 2},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char serve[200];

        snprintf(serve, sizeof serve, ONE_APP("{name: A, %s}"), cases[i].deployment);
        CHECK_INT(predict(CLUSTER(SMALL(3, 2)), serve)->likely_without, cases[i].likely);
    }
}

TEST_MAIN(TEST(set_up), TEST(more_than_the_nodes_hold), TEST(one_replica_for_two_workers),
          TEST(amounts_are_rays), TEST(the_largest_cluster_is_not_the_first),
          TEST(counts_may_be_billions), TEST(target_capacity_scales), TEST(placement_groups),
          TEST(gangs_start_together), TEST(what_all_ask_together),
          TEST(what_ray_refuses_is_not_placed), TEST(without_a_proxy_every_worker_is_unready),
          TEST(replicas_pile_up_on_the_first_to_join), TEST(tear_down))
