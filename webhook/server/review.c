/* SPDX-License-Identifier: Apache-2.0 */
#include "server/review.h"

#include "admission/decision.h"
#include "server/body.h"
#include "server/clock.h"
#include "server/log.h"
#include "server/metrics.h"

enum { LISTED_MAX = 20 }; /* rules in a line of the log */

static const struct route {
    const char *path;
    enum admit_stage stage;
    enum metrics_path series;
} routes[] = {
    {"/mutate", ADMIT_MUTATE, METRICS_MUTATE},
    {"/validate", ADMIT_VALIDATE, METRICS_VALIDATE},
};

static const struct {
    unsigned http;
    enum metrics_decision decision;
} outcomes[] = {
    [ADMIT_BAD_REQUEST] = {HTTP_BAD_REQUEST, METRICS_REFUSED},
    [ADMIT_TOO_LARGE] = {HTTP_CONTENT_TOO_LARGE, METRICS_REFUSED},
    [ADMIT_FAILED] = {HTTP_INTERNAL_ERROR, METRICS_FAILED},
};

static const struct route *route_of(const char *path)
{
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (strcmp(routes[i].path, path) == 0)
            return &routes[i];
    }
    return NULL;
}

static bool begin(void *context, struct http_exchange *exchange, const struct http_head *head)
{
    (void)context;
    if (!route_of(head->path))
        http_say(exchange, HTTP_NOT_FOUND, "there is only /mutate and /validate here\n");
    else if (strcmp(head->method, "POST") != 0)
        (void)http_reply(exchange,
                         &(struct http_answer){.status = HTTP_METHOD_NOT_ALLOWED,
                                               .allow = "POST",
                                               .body = BYTES("POST an AdmissionReview\n")});
    else if (!http_media_type_is(head->content_type, "application/json"))
        http_say(exchange, HTTP_UNSUPPORTED_MEDIA_TYPE,
                 "the Content-Type must be application/json\n");
    else if (head->content_encoding.size && !http_media_type_is(head->content_encoding, "identity"))
        http_say(exchange, HTTP_UNSUPPORTED_MEDIA_TYPE,
                 "send the body without a Content-Encoding\n");
    else if (head->lengths && head->length > BODY_LIMIT)
        http_say(exchange, HTTP_CONTENT_TOO_LARGE, "the body is larger than 7 MiB\n");
    else
        return true;
    return false;
}

/* The names in order, each once: findings of one rule stand together. */
static struct bytes rules_json(struct arena *arena, const struct findings *findings)
{
    struct text text = text_new(arena);
    const char *last = "";
    size_t listed = 0;

    text_putc(&text, '[');
    for (const struct finding *each = findings->first; each && listed < LISTED_MAX;
         each = each->next) {
        if (strcmp(each->rule, last) == 0)
            continue;
        if (listed++)
            text_putc(&text, ',');
        text_json(&text, each->rule);
        last = each->rule;
    }
    text_putc(&text, ']');
    return text_bytes(&text);
}

static struct bytes injected_json(struct arena *arena, const struct verdict *verdict)
{
    const struct decision decision = decision_of(arena, verdict);
    struct text text = text_new(arena);

    decision_put_injected(&text, &decision);
    return text_bytes(&text);
}

struct outcome {
    const struct route *route;
    enum admit_status status;
    struct verdict verdict;
    struct bytes answer;
    int64_t nanoseconds;
};

static enum metrics_decision counted_as(const struct outcome *outcome)
{
    if (outcome->status != ADMIT_OK)
        return outcomes[outcome->status].decision;
    if (!outcome->verdict.allowed)
        return METRICS_DENIED;
    return outcome->verdict.reviewed ? METRICS_ALLOWED : METRICS_SKIPPED;
}

/* Where the call's memory is used up, the list is not whole, and no JSON: it is left out. */
static void log_list(struct log_line *line, const char *key, const struct arena *arena,
                     struct bytes list)
{
    if (!arena_exhausted(arena))
        log_json(line, key, list);
}

static void log_decision(struct arena *arena, const struct outcome *outcome,
                         enum metrics_decision decision)
{
    const struct verdict *verdict = &outcome->verdict;
    struct log_line line = log_begin("decision");

    log_text(&line, "path", outcome->route->path);
    log_text(&line, "uid", verdict->uid);
    log_text(&line, "operation", verdict->operation);
    log_text(&line, "namespace", verdict->namespace);
    log_text(&line, "name", verdict->name);
    log_text(&line, "user", verdict->user);
    log_bool(&line, "dryRun", verdict->dry_run);
    log_text(&line, "decision", metrics_decision_names[decision]);
    log_list(&line, "rules", arena, rules_json(arena, &verdict->findings));
    if (outcome->route->stage == ADMIT_MUTATE)
        log_list(&line, "injected", arena, injected_json(arena, verdict));
    if (outcome->status != ADMIT_OK)
        log_text(&line, "error", verdict->error);
    log_number(&line, "microseconds", outcome->nanoseconds / 1000);
    log_end(&line);
}

/* False if the caller does not get it. */
static bool reply(struct http_exchange *exchange, const struct outcome *outcome)
{
    bool judged = outcome->status == ADMIT_OK;

    return http_reply(
        exchange, &(struct http_answer){.status = judged ? HTTP_OK : outcomes[outcome->status].http,
                                        .content_type = judged ? "application/json" : NULL,
                                        .body = outcome->answer});
}

/* An arena at its limit gives no verdict, whatever was returned. */
static void review_one(const struct review *review, struct arena *arena, struct bytes body,
                       struct outcome *outcome)
{
    struct policy_generation *generation = policies_hold(review->policies);
    struct policy policy = *policies_policy(generation);

    policy.today = policy_day(time(NULL));
    outcome->status =
        admit(arena, outcome->route->stage, &policy, body, &outcome->answer, &outcome->verdict);
    policies_release(generation);
    if (outcome->status != ADMIT_OK || !arena_exhausted(arena))
        return;
    outcome->status = ADMIT_FAILED;
    outcome->verdict.error = "out of memory for this request";
    outcome->answer = BYTES("out of memory for this request\n");
}

/* Of a request that failed, nothing was found or sent: what was begun is no answer. */
static void count(const struct outcome *outcome, enum metrics_decision decision)
{
    metrics_decision(outcome->route->series, decision, outcome->nanoseconds);
    if (outcome->status != ADMIT_OK)
        return;
    metrics_findings(&outcome->verdict.findings);
    if (outcome->route->stage == ADMIT_MUTATE)
        metrics_injections(outcome->verdict.patch.count);
}

/* To those who count, look and keep. What the caller was not told was not decided. */
static void tell(const struct review *review, struct arena *arena, const struct outcome *outcome,
                 struct bytes body)
{
    enum metrics_decision decision = counted_as(outcome);

    count(outcome, decision);
    log_decision(arena, outcome, decision);
    if (decision == METRICS_ALLOWED || decision == METRICS_DENIED)
        recorder_put(review->recorder, arena, outcome->route->stage, &outcome->verdict, body);
}

static void finish(void *context, struct http_exchange *exchange, const struct http_head *head,
                   struct bytes body)
{
    const struct review *review = context;
    struct outcome outcome = {.route = route_of(head->path)};
    int64_t start = clock_ns();
    struct arena *arena = outcome.route ? workers_take(review->workers, body.size) : NULL;

    if (!arena) {
        http_busy(exchange, "busy, try again\n");
        return;
    }
    review_one(review, arena, body, &outcome);
    if (reply(exchange, &outcome)) {
        outcome.nanoseconds = clock_ns() - start;
        tell(review, arena, &outcome, body);
    }
    workers_give(review->workers, arena);
}

static void answered(void *context, const struct http_head *head, unsigned status)
{
    const struct route *route = route_of(head->path);

    (void)context;
    metrics_request(route ? route->series : METRICS_OTHER, status);
}

struct http_site review_site(struct review *review)
{
    return (struct http_site){
        .context = review, .begin = begin, .finish = finish, .answered = answered};
}
