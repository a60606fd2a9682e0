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
#define HEAD(inside) "\"headGroupSpec\":{" inside "\"template\":{\"spec\":{\"containers\":[{}]}}}"
#define HEAD_ENV(name, value)                                                                      \
    "\"headGroupSpec\":{\"template\":{\"spec\":{\"containers\":[{\"env\":[{\"name\":\"" name       \
    "\",\"value\":\"" value "\"}]}]}}}"
#define WORKER(inside)                                                                             \
    "\"workerGroupSpecs\":[{\"groupName\":\"w\",\"minReplicas\":0,\"maxReplicas\":1," inside       \
    "\"template\":{\"spec\":{\"containers\":[{}]}}}]"
#define WITH_ANNOTATION(key, value, inside)                                                        \
    "{\"metadata\":{\"name\":\"a\",\"annotations\":{\"" key "\":\"" value                          \
    "\"}},\"spec\":{\"rayClusterConfig\":{" inside "}}}"
#define TIMEOUT(value) METADATA("\"annotations\":{\"ray.io/initializing-timeout\":\"" value "\"}")

static const struct {
    const char *object, *kuberay, *want;
} more_rows[] = {
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
    {CLUSTER("\"headGroupSpec\":{\"resources\":{\"CPU\":\"1\"},\"rayStartParams\":{\"num-cpus\":"
             "\"\"},\"template\":{\"spec\":{\"containers\":[{}]}}}"),
     "1.7.0", ""},
    /* Version texts as ParseGeneric reads them. */
    {CLUSTER("\"authOptions\":{\"mode\":\"token\"},\"rayVersion\":\"2.53.0rc1\""), "1.7.0", ""},
    {CLUSTER("\"authOptions\":{\"mode\":\"token\"},\"rayVersion\":\"2.53\""), "1.7.0", ""},
    {CLUSTER("\"authOptions\":{\"mode\":\"token\"},\"rayVersion\":\"2\""), "1.7.0",
     "KubeRay 1.7 refuses it: authOptions.mode token needs rayVersion 2.52.0 or later"},
    {CLUSTER("\"authOptions\":{\"mode\":\"token\"},\"rayVersion\":\"latest\""), "1.7.0",
     "KubeRay 1.7 refuses it: authOptions.mode token needs rayVersion 2.52.0 or later"},
    /* Empty strings count as absent, and `false` turns nothing on. */
    {CLUSTER(HEAD("\"rayStartParams\":{\"redis-username\":\"\"},")), "1.7.0", ""},
    {CLUSTER(
         HEAD("\"rayStartParams\":{\"redis-password\":\"\"},") ",\"gcsFaultToleranceOptions\":{}"),
     "1.7.0", ""},
    {WITH_ANNOTATION("ray.io/ft-enabled", "", HEAD("") ",\"gcsFaultToleranceOptions\":{}"), "1.7.0",
     ""},
    {WITH_ANNOTATION("ray.io/ft-enabled", "false", HEAD("") ",\"gcsFaultToleranceOptions\":{}"),
     "1.7.0",
     "KubeRay 1.7 refuses it: the annotation ray.io/ft-enabled and gcsFaultToleranceOptions"},
    {WITH_ANNOTATION("ray.io/ft-enabled", "TRUE", HEAD_ENV("RAY_REDIS_ADDRESS", "r:6379")), "1.7.0",
     ""},
    {WITH_ANNOTATION("ray.io/ft-enabled", "false", HEAD_ENV("RAY_REDIS_ADDRESS", "r:6379")),
     "1.7.0", "KubeRay 1.7 refuses it: RAY_REDIS_ADDRESS without gcsFaultToleranceOptions"},
    {CLUSTER(HEAD("") ",\"gcsFaultToleranceOptions\":{\"storage\":{}}"), "1.7.0",
     "KubeRay 1.7 refuses it: gcsFaultToleranceOptions.storage with the redis backend"},
    {CLUSTER(HEAD("") ",\"gcsFaultToleranceOptions\":{\"backend\":\"rocksdb\",\"storage\":{}}"),
     "1.7.0",
     "KubeRay 1.7 refuses it unless its feature gate GCSFaultToleranceEmbeddedStorage is on"},
    /* Both autoscaler versions are only looked at with the autoscaler on. */
    {CLUSTER(HEAD_ENV("RAY_enable_autoscaler_v2", "0") ",\"autoscalerOptions\":{\"version\":"
                                                       "\"v2\"}"),
     "1.7.0", ""},
    {CLUSTER(HEAD_ENV("RAY_enable_autoscaler_v2", "0") ",\"enableInTreeAutoscaling\":true,"
                                                       "\"autoscalerOptions\":{\"version\":"
                                                       "\"v2\"}"),
     "1.7.0",
     "KubeRay 1.7 refuses it: autoscalerOptions.version and the head's "
     "RAY_enable_autoscaler_v2"},
    /* Labels as Kubernetes has them. */
    {CLUSTER(HEAD("\"labels\":{\"a.b/c_d.e\":\"X-1\",\"x\":\"\"},")), "1.7.0", ""},
    {CLUSTER(HEAD("\"labels\":{\"a b\":\"c\"},")), "1.7.0",
     "KubeRay 1.7 refuses it: \"a b\" is no label key"},
    {CLUSTER(HEAD("\"labels\":{\"A.b/c\":\"d\"},")), "1.7.0",
     "KubeRay 1.7 refuses it: \"A.b/c\" is no label key"},
    {CLUSTER(HEAD("\"labels\":{\"a..b/c\":\"d\"},")), "1.7.0",
     "KubeRay 1.7 refuses it: \"a..b/c\" is no label key"},
    {CLUSTER(HEAD("\"labels\":{\"a/b/c\":\"d\"},")), "1.7.0",
     "KubeRay 1.7 refuses it: \"a/b/c\" is no label key"},
    {CLUSTER(HEAD("\"labels\":{\"a\":\"-b\"},")), "1.7.0",
     "KubeRay 1.7 refuses it: \"-b\" is no label value"},
    {CLUSTER(HEAD("\"labels\":{\"a b\":\"c\"},")), "1.4.2", ""},
    /* Gates and types that came or opened with a version. */
    {CLUSTER(HEAD("") "," WORKER("\"suspend\":true,")), "1.6.0", ""},
    {CLUSTER(HEAD("") "," WORKER("\"suspend\":true,")), "1.5.2",
     "KubeRay 1.3 to 1.5 refuse it unless its feature gate RayJobDeletionPolicy is on"},
    {CLUSTER(HEAD("") "," WORKER("\"suspend\":true,")), "1.2.2", ""},
    {CLUSTER(HEAD("") "," WORKER("\"suspend\":true,") ",\"enableInTreeAutoscaling\":true"), "1.3.0",
     "KubeRay 1.3 refuses it: w is suspended while autoscaling is on"},
    {"{\"metadata\":{\"name\":\"a\"},\"spec\":{\"upgradeStrategy\":{\"type\":"
     "\"NewClusterWithIncrementalUpgrade\"}}}",
     "1.4.2",
     "KubeRay 1.4 refuses it: \"NewClusterWithIncrementalUpgrade\" is no upgrade strategy"},
};

static void rows_beyond_the_recorded_ones(void)
{
    struct arena *arena = arena_new(1 << 20);

    for (size_t i = 0; i < sizeof more_rows / sizeof *more_rows; i++)
        CHECK_TEXT(message(arena, more_rows[i].object, more_rows[i].kuberay), more_rows[i].want);
    arena_free(arena);
}

TEST_MAIN(TEST(kuberay_agrees), TEST(rows_beyond_the_recorded_ones))
