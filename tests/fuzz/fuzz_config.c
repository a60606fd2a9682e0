/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Target functions: what admit() does with serveConfigV2: YAML, schema, placement and the rules.
 * The input is the text of serveConfigV2 in an object that is otherwise right.
 */
#include "core/text.h"
#include "fuzz/answers.h"
#include "fuzz/fuzz.h"

/* Each knows another schema; the last two say nothing. */
static const char *const versions[] = {"2.9.3",  "2.24.0", "2.38.0",  "2.46.0",
                                       "2.52.0", "2.60.0", "nightly", ""};

static const char before[] =
    "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":{"
    "\"uid\":\"u\",\"kind\":{\"group\":\"ray.io\",\"version\":\"v1\",\"kind\":\"RayService\"},"
    "\"resource\":{\"group\":\"ray.io\",\"version\":\"v1\",\"resource\":\"rayservices\"},"
    "\"name\":\"svc\",\"namespace\":\"default\",\"operation\":\"CREATE\","
    "\"userInfo\":{\"username\":\"admin\"},\"oldObject\":null,\"dryRun\":false,\"object\":{"
    "\"apiVersion\":\"ray.io/v1\",\"kind\":\"RayService\","
    "\"metadata\":{\"name\":\"svc\",\"namespace\":\"default\"},\"spec\":{"
    "\"rayClusterConfig\":{";

static const char between[] =
    ",\"headGroupSpec\":{\"rayStartParams\":{},\"template\":{\"spec\":{\"containers\":[{"
    "\"name\":\"h\",\"image\":\"ray\",\"resources\":{\"limits\":{\"cpu\":\"2\"}}}]}}},"
    "\"workerGroupSpecs\":[{\"groupName\":\"w\",\"replicas\":3,\"minReplicas\":1,"
    "\"maxReplicas\":5,\"rayStartParams\":{},\"template\":{\"spec\":{\"containers\":[{"
    "\"name\":\"w\",\"image\":\"ray\",\"resources\":{\"limits\":{\"cpu\":\"4\","
    "\"memory\":\"8Gi\"}}}]}}}]},\"serveConfigV2\":";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new((size_t)16 << 20);
    struct text review = text_new(arena);

    text_puts(&review, before);
    text_json_key(&review, "rayVersion");
    text_json(&review, versions[size % (sizeof versions / sizeof *versions)]);
    text_puts(&review, between);
    text_json_bytes(&review, (struct bytes){(const char *)data, size});
    text_puts(&review, "}}}}");
    if (!arena_exhausted(arena))
        check_answers(text_bytes(&review));
    arena_free(arena);
    return 0;
}
