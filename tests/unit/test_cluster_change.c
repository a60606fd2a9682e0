/* SPDX-License-Identifier: Apache-2.0 */
/* What KubeRay did with edits of live RayServices (tests/data/live-updates.jsonl), and what we say.
 */
#include "ray/cluster_change.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

static const struct json *parse(struct arena *arena, struct bytes text)
{
    static const struct json_limits limits = {.depth = 100, .values = 100000};
    struct problem problem = {0};
    const struct json *value = NULL;

    CHECK_INT(json_parse(arena, text, &limits, &value, &problem), JSON_OK);
    return value;
}

/* A RayService of which only the spec matters. */
static const struct ray_service *service(struct arena *arena, struct bytes spec)
{
    return ray_service_read(arena, parse(arena, bytes_of(arena_printf(arena, "{\"spec\":%.*s}",
                                                                      (int)spec.size, spec.data))));
}

static const char *text_member(const struct json *row, const char *key)
{
    const char *text = json_string(json_member(row, key));

    return text ? text : "";
}

static struct cluster_difference judge(struct arena *arena, struct bytes line, const char *kuberay)
{
    static const struct path root = {0};

    return cluster_compare(arena, service(arena, json_raw(line, PATH_KEY(&root, "old"))),
                           service(arena, json_raw(line, PATH_KEY(&root, "new"))),
                           (struct cluster_question){ray_release_parse(kuberay), false});
}

/* upgradeStrategy None: the hash moves and nothing happens; the rule says so, not the comparison.
 */
static bool rolls_nothing(const struct json *row)
{
    return strcmp(text_member(json_get(row, "new.upgradeStrategy"), "type"), "None") == 0;
}

static void check_row(struct arena *arena, struct bytes line, unsigned *judged)
{
    const struct json *row = parse(arena, line);
    const char *kuberay = text_member(row, "kuberay"), *what = text_member(row, "what");
    struct cluster_difference known = judge(arena, line, kuberay), unknown = judge(arena, line, "");
    enum cluster_change want = json_true(json_member(row, "rolls"))     ? CLUSTER_ROLLS
                               : json_true(json_member(row, "inPlace")) ? CLUSTER_IN_PLACE
                                                                        : CLUSTER_SAME;

    /* 1.4.2 refuses `suspend` without a gate, so nothing was rolled there. */
    if (rolls_nothing(row) || (strcmp(kuberay, "v1.4.2") == 0 && strstr(what, "group suspend")))
        return;
    ++*judged;
    if (!CHECK_INT(known.change, want) ||
        !CHECK(unknown.change == want || unknown.change == CLUSTER_MAY_ROLL))
        printf("#   %s, %s\n", kuberay, what);
}

static void live_updates_agree(void)
{
    FILE *file = fopen(TEST_DATA "/live-updates.jsonl", "r");
    struct arena *arena = arena_new(16 << 20);
    char *line = NULL;
    size_t room = 0;
    unsigned judged = 0;

    if (!CHECK(file))
        return;
    for (ssize_t size; (size = getline(&line, &room, file)) > 0;) {
        check_row(arena, (struct bytes){line, (size_t)size}, &judged);
        arena_reset(arena);
    }
    CHECK_INT(judged, 44);
    free(line);
    (void)fclose(file);
    arena_free(arena);
}

static enum cluster_change changed(const char *old, const char *new, const char *kuberay)
{
    struct arena *arena = arena_new(1 << 20);
    struct cluster_difference difference =
        cluster_compare(arena, service(arena, bytes_of(old)), service(arena, bytes_of(new)),
                        (struct cluster_question){ray_release_parse(kuberay), false});

    arena_free(arena);
    return difference.change;
}

#define CLUSTER(inside) "{\"rayClusterConfig\":{" inside "}}"
#define WORKER(inside) CLUSTER("\"workerGroupSpecs\":[{" inside "}]")

static void what_is_muted_depends_on_the_operator(void)
{
    static const struct {
        const char *old, *new, *kuberay;
        enum cluster_change want;
    } rows[] = {
        {WORKER("\"replicas\":1"), WORKER("\"replicas\":2"), "", CLUSTER_SAME},
        {WORKER("\"minReplicas\":1"), WORKER("\"minReplicas\":2"), "", CLUSTER_MAY_ROLL},
        {WORKER("\"minReplicas\":1"), WORKER("\"minReplicas\":2"), "1.1.1", CLUSTER_ROLLS},
        {WORKER("\"minReplicas\":1"), WORKER("\"minReplicas\":2"), "1.2.0", CLUSTER_SAME},
        {WORKER("\"numOfHosts\":1"), WORKER("\"numOfHosts\":2"), "", CLUSTER_ROLLS},
        {CLUSTER("\"suspend\":true"), CLUSTER(""), "1.7.0", CLUSTER_SAME},
        {CLUSTER("\"suspend\":true"), CLUSTER(""), "1.6.1", CLUSTER_MAY_ROLL},
        {CLUSTER("\"suspend\":true"), CLUSTER(""), "1.4.2", CLUSTER_ROLLS},
        {CLUSTER("\"enableInTreeAutoscaling\":false"), CLUSTER(""), "", CLUSTER_ROLLS},
        {CLUSTER("\"headGroupSpec\":{\"rayStartParams\":{}}"), CLUSTER("\"headGroupSpec\":{}"), "",
         CLUSTER_ROLLS},
        {WORKER("\"scaleStrategy\":{}"), WORKER("\"template\":{\"metadata\":{}}"), "1.7.0",
         CLUSTER_SAME},
        {WORKER("\"securityContext\":{}"), WORKER(""), "", CLUSTER_MAY_ROLL},
        {WORKER("\"a\":[],\"b\":null,\"c\":\"\",\"scaleStrategy\":{}"), WORKER(""), "",
         CLUSTER_SAME},
        {WORKER("\"limits\":{\"cpu\":\"1\"}"), WORKER("\"limits\":{\"cpu\":\"1000m\"}"), "",
         CLUSTER_SAME},
        {WORKER("\"limits\":{\"cpu\":\"1\"}"), WORKER("\"limits\":{\"cpu\":\"1001m\"}"), "",
         CLUSTER_ROLLS},
        {CLUSTER("\"rayVersion\":\"2.9.0\""), CLUSTER("\"rayVersion\":\"2.9.1\""), "",
         CLUSTER_ROLLS},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!CHECK_INT(changed(rows[i].old, rows[i].new, rows[i].kuberay), rows[i].want))
            printf("#   row %zu\n", i);
}

/* Each row of what KubeRay 1.7.0's own hash function was asked; its name is the change. */
static void kuberays_hash_agrees(void)
{
    static const struct {
        const char *change, *old, *new;
        enum cluster_change want; /* SAME: the hash stayed */
    } rows[] = {
        /* The hash moves, and the running RayCluster gets the group. */
        {"append worker group", WORKER(""), CLUSTER("\"workerGroupSpecs\":[{},{}]"),
         CLUSTER_IN_PLACE},
        {"enableInTreeAutoscaling=false vs unset", CLUSTER(""),
         CLUSTER("\"enableInTreeAutoscaling\":false"), CLUSTER_ROLLS},
        {"head.rayStartParams nil instead of {}",
         CLUSTER("\"headGroupSpec\":{\"rayStartParams\":{}}"), CLUSTER("\"headGroupSpec\":{}"),
         CLUSTER_ROLLS},
        {"head.rayStartParams.num-cpus", CLUSTER("\"headGroupSpec\":{\"rayStartParams\":{}}"),
         CLUSTER("\"headGroupSpec\":{\"rayStartParams\":{\"num-cpus\":\"0\"}}"), CLUSTER_ROLLS},
        {"head.resources.CPU", CLUSTER("\"headGroupSpec\":{}"),
         CLUSTER("\"headGroupSpec\":{\"resources\":{\"CPU\":\"0\"}}"), CLUSTER_ROLLS},
        {"rayVersion", CLUSTER("\"rayVersion\":\"2.46.0\""), CLUSTER("\"rayVersion\":\"2.47.0\""),
         CLUSTER_ROLLS},
        /* The hash function counts it, and rayClusterSpecForHashing takes it out before. */
        {"spec.suspend", CLUSTER(""), CLUSTER("\"suspend\":true"), CLUSTER_SAME},
        {"worker.maxReplicas", WORKER("\"maxReplicas\":1"), WORKER("\"maxReplicas\":2"),
         CLUSTER_SAME},
        {"worker.minReplicas", WORKER("\"minReplicas\":1"), WORKER("\"minReplicas\":2"),
         CLUSTER_SAME},
        {"worker.nodeSelector", WORKER("\"template\":{\"spec\":{}}"),
         WORKER("\"template\":{\"spec\":{\"nodeSelector\":{\"a\":\"b\"}}}"), CLUSTER_ROLLS},
        {"worker.numOfHosts", WORKER("\"numOfHosts\":1"), WORKER("\"numOfHosts\":2"),
         CLUSTER_ROLLS},
        {"worker.readinessProbe", WORKER("\"template\":{\"spec\":{\"containers\":[{}]}}"),
         WORKER("\"template\":{\"spec\":{\"containers\":[{\"readinessProbe\":{\"exec\":{"
                "\"command\":[\"a\"]}}}]}}"),
         CLUSTER_ROLLS},
        {"worker.replicas", WORKER("\"replicas\":1"), WORKER("\"replicas\":2"), CLUSTER_SAME},
        {"worker.suspend", WORKER(""), WORKER("\"suspend\":true"), CLUSTER_ROLLS},
        {"worker.template.annotations", WORKER("\"template\":{}"),
         WORKER("\"template\":{\"metadata\":{\"annotations\":{\"a\":\"b\"}}}"), CLUSTER_ROLLS},
        {"worker.tolerations", WORKER("\"template\":{\"spec\":{}}"),
         WORKER("\"template\":{\"spec\":{\"tolerations\":[{\"key\":\"a\"}]}}"), CLUSTER_SAME},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!CHECK_INT(changed(rows[i].old, rows[i].new, "1.7.0"), rows[i].want) ||
            !CHECK_INT(changed(rows[i].new, rows[i].old, "1.7.0"),
                       rows[i].want == CLUSTER_IN_PLACE ? CLUSTER_ROLLS : rows[i].want))
            printf("#   %s\n", rows[i].change);
}

static void the_place_is_named(void)
{
    struct arena *arena = arena_new(1 << 20);
    struct cluster_difference difference =
        cluster_compare(arena, service(arena, BYTES(WORKER("\"image\":\"a\",\"replicas\":1"))),
                        service(arena, BYTES(WORKER("\"image\":\"b\",\"replicas\":2"))),
                        (struct cluster_question){0});
    struct text field = text_new(arena);

    path_field(&field, difference.at);
    CHECK_TEXT(text_string(&field), "spec.rayClusterConfig.workerGroupSpecs[0].image");
    arena_free(arena);
}

static void what_will_be_restored_is_no_change(void)
{
    static const struct {
        const char *old, *new;
        enum cluster_change want;
    } rows[] = {
        {CLUSTER("\"headGroupSpec\":{\"rayStartParams\":{\"num-cpus\":\"0\"}}"),
         CLUSTER("\"headGroupSpec\":{}"), CLUSTER_SAME},
        {CLUSTER("\"headGroupSpec\":{\"rayStartParams\":{\"num-cpus\":\"0\",\"port\":\"1\"}}"),
         CLUSTER("\"headGroupSpec\":{}"), CLUSTER_ROLLS},
        {CLUSTER("\"headGroupSpec\":{}"),
         CLUSTER("\"headGroupSpec\":{\"rayStartParams\":{\"num-cpus\":\"0\"}}"), CLUSTER_ROLLS},
        {WORKER("\"template\":{\"spec\":{\"containers\":[{\"readinessProbe\":{\"exec\":{\"a\":1}}}]"
                "}}"),
         WORKER("\"template\":{\"spec\":{\"containers\":[{}]}}"), CLUSTER_SAME},
    };
    struct arena *arena = arena_new(1 << 20);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!CHECK_INT(cluster_compare(arena, service(arena, bytes_of(rows[i].old)),
                                       service(arena, bytes_of(rows[i].new)),
                                       (struct cluster_question){{0}, true})
                           .change,
                       rows[i].want))
            printf("#   row %zu\n", i);
    arena_free(arena);
}

TEST_MAIN(TEST(live_updates_agree), TEST(what_is_muted_depends_on_the_operator),
          TEST(kuberays_hash_agrees), TEST(the_place_is_named),
          TEST(what_will_be_restored_is_no_change))
