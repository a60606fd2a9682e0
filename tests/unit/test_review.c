/* SPDX-License-Identifier: Apache-2.0 */
/* What is counted of a review: an answer that the caller did not get was no decision. */
#include "server/connections.h"
#include "server/metrics.h"
#include "server/review.h"
#include "test.h"

#include <stdlib.h>

/* In the place of what carries requests. */
struct http_exchange {
    bool carries;
    unsigned status;
};

bool http_reply(struct http_exchange *exchange, const struct http_answer *answer)
{
    exchange->status = answer->status;
    return exchange->carries;
}

static const char body[] =
    "{\"apiVersion\":\"admission.k8s.io/"
    "v1\",\"kind\":\"AdmissionReview\",\"request\":{\"uid\":\"u\","
    "\"operation\":\"CREATE\",\"kind\":{\"group\":\"ray.io\",\"version\":\"v1\",\"kind\":"
    "\"RayService\"},"
    "\"resource\":{\"group\":\"ray.io\",\"version\":\"v1\",\"resource\":\"rayservices\"},"
    "\"namespace\":\"a\","
    "\"name\":\"b\",\"object\":{\"spec\":{\"rayClusterConfig\":{\"headGroupSpec\":{}}}}}}";

/* How often a decision was counted, of all kinds. */
static long decisions(void)
{
    static const struct connection_limits limits = {.most = 1};
    struct connections *none = connections_new(&limits);
    struct arena *arena = arena_new((size_t)1 << 20);
    struct text out = text_new(arena);
    long count = 0;

    metrics_write(&out, &(struct metrics_view){.webhook = none, .plain = none});
    for (const char *at = text_string(&out);
         (at = strstr(at, "\nrayservice_webhook_decisions_total{"));) {
        at = strchr(at, '}');
        count += strtol(at + 1, NULL, 10);
    }
    arena_free(arena);
    connections_free(none);
    return count;
}

static void ask(bool carries)
{
    static const struct policy_flags flags = {.file = NULL};
    static const struct workers_size size = {.small_count = 1, .small_bytes = (size_t)8 << 20};
    struct problem problem;
    struct review review = {.workers = workers_new(&size), .policies = policies_new(&flags)};
    struct http_site site = review_site(&review);
    struct http_exchange exchange = {.carries = carries};
    const struct http_head head = {.method = "POST", .path = "/validate"};

    CHECK(policies_load(review.policies, &problem));
    site.finish(site.context, &exchange, &head, (struct bytes){body, sizeof body - 1});
    CHECK_INT(exchange.status, HTTP_OK);
    policies_free(review.policies);
    workers_free(review.workers);
}

static void what_the_caller_gets_is_a_decision(void)
{
    long before = decisions();

    ask(true);
    CHECK_INT(decisions(), before + 1);
}

static void what_he_does_not_get_is_none(void)
{
    long before = decisions();

    ask(false);
    CHECK_INT(decisions(), before);
}

static const struct test tests[] = {TEST(what_the_caller_gets_is_a_decision),
                                    TEST(what_he_does_not_get_is_none)};

int main(void)
{
    int code = metrics_start() ? test_run(tests, sizeof tests / sizeof *tests) : EXIT_FAILURE;

    metrics_stop();
    return code;
}
