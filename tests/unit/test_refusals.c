/* SPDX-License-Identifier: Apache-2.0 */
/* KubeRay 1.7.0's own verdicts (tests/data/kuberay-validation.jsonl), and ours. */
#include "rules/refusals.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

static struct findings judge(struct arena *arena, const struct json *object, const char *kuberay)
{
    struct findings findings = findings_new(arena);
    struct rule_input input = {
        .arena = arena,
        .service = ray_service_read(arena, object),
        .kuberay = ray_release_parse(kuberay),
    };

    input.versions = ray_versions_of(arena, input.service);
    rule_begin("kuberay-refuses", &findings);
    check_kuberay_refuses(&input, &findings);
    return findings;
}

static const struct json *parse(struct arena *arena, struct bytes line)
{
    static const struct json_limits limits = {.depth = 100, .values = 100000};
    struct problem problem = {0};
    const struct json *row = NULL;

    CHECK_INT(json_parse(arena, line, &limits, &row, &problem), JSON_OK);
    return row;
}

/*
 * The RayService's own validation lets rayClusterConfig.upgradeStrategy pass, and then the
 * RayCluster made from it is refused (seen live), so nothing ever runs: we say so.
 */
static const char *refused_by_kuberay(const struct json *row)
{
    if (json_first(json_get(row, "object.spec.rayClusterConfig.upgradeStrategy")))
        return "upgradeStrategy cannot be set when RayCluster is created by RayService";
    return json_string(json_member(row, "refused"));
}

/* A gate is off by default, and may be on: that is said as a warning. */
static void check_row(struct arena *arena, const struct json *row)
{
    const char *refused = refused_by_kuberay(row);
    const struct json *object = json_member(row, "object");
    struct findings known = judge(arena, object, "1.7.0"), unknown = judge(arena, object, "");
    bool gated = strstr(refused, "feature gate to be enabled");

    if (!CHECK_INT(known.count > 0, *refused != '\0') ||
        !CHECK_INT(findings_deny(&known), *refused && !gated) || !CHECK(!findings_deny(&unknown)) ||
        !CHECK_INT(judge(arena, object, "1.2.0").count, 0))
        printf("#   %s: %s\n#   we: %s\n", json_string(json_member(row, "change")), refused,
               known.first ? known.first->message : "accepted");
}

static void kuberay_agrees(void)
{
    FILE *file = fopen(TEST_DATA "/kuberay-validation.jsonl", "r");
    struct arena *arena = arena_new(16 << 20);
    char *line = NULL;
    size_t room = 0, rows = 0;

    if (!CHECK(file))
        return;
    for (ssize_t size; (size = getline(&line, &room, file)) > 0; rows++) {
        check_row(arena, parse(arena, (struct bytes){line, (size_t)size}));
        arena_reset(arena);
    }
    CHECK_INT(rows, 37);
    free(line);
    (void)fclose(file);
    arena_free(arena);
}

static const char *message(struct arena *arena, const char *object, const char *kuberay)
{
    struct findings findings = judge(arena, parse(arena, bytes_of(object)), kuberay);

    CHECK(findings.count <= 1);
    return findings.first ? findings.first->message : "";
}

#define METADATA(inside) "{\"metadata\":{\"name\":\"a\"," inside "}}"
#define CLUSTER(inside)                                                                            \
    "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"rayClusterConfig\":{" inside "}}}"
#define TIMEOUT(value) METADATA("\"annotations\":{\"ray.io/initializing-timeout\":\"" value "\"}")

static void rows_beyond_the_recorded_ones(void)
{
    static const struct {
        const char *object, *kuberay, *want;
    } rows[] = {
        {TIMEOUT("1h30m"), "1.7.0", ""},
        {TIMEOUT("1h30"), "1.7.0", "KubeRay 1.7 refuses it: \"1h30\" is no positive duration"},
        {TIMEOUT("-5m"), "1.7.0", "KubeRay 1.7 refuses it: \"-5m\" is no positive duration"},
        {TIMEOUT(".5s"), "1.7.0", ""},
        {TIMEOUT("."), "1.7.0", "KubeRay 1.7 refuses it: \".\" is no positive duration"},
        {TIMEOUT("0h0m"), "1.4.2", ""},
        {"{\"metadata\":{\"name\":\"a-\"}}", "1.7.0",
         "KubeRay 1.7 refuses it: the name is no DNS-1035 label, which a Service needs"},
        {CLUSTER("\"authOptions\":{\"mode\":\"token\"},\"rayVersion\":\"2.52.0\""), "1.7.0", ""},
        {CLUSTER("\"authOptions\":{\"mode\":\"token\"},\"rayVersion\":\"2.46.0\""), "1.7.0",
         "KubeRay 1.7 refuses it: authOptions.mode token needs rayVersion 2.52.0 or later"},
        {CLUSTER("\"authOptions\":{\"enableK8sTokenAuth\":true}"), "",
         "KubeRay 1.6 and later refuse it: enableK8sTokenAuth is not supported for a RayService"},
        {CLUSTER("\"headGroupSpec\":{\"rayStartParams\":{\"redis-username\":\"u\"},\"template\":"
                 "{\"spec\":{\"containers\":[{}]}}}"),
         "1.3.0", "KubeRay 1.3 refuses it: rayStartParams has redis-username"},
        {CLUSTER(
             "\"headGroupSpec\":{\"resources\":{\"CPU\":\"1\"},\"rayStartParams\":{\"num-cpus\":"
             "\"\"},\"template\":{\"spec\":{\"containers\":[{}]}}}"),
         "1.7.0", ""},
    };
    struct arena *arena = arena_new(1 << 20);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_TEXT(message(arena, rows[i].object, rows[i].kuberay), rows[i].want);
    arena_free(arena);
}

TEST_MAIN(TEST(kuberay_agrees), TEST(rows_beyond_the_recorded_ones))
