/* SPDX-License-Identifier: Apache-2.0 */
#include "admission/admit.h"

#include "admission/answer.h"
#include "admission/injection.h"
#include "admission/policy_apply.h"
#include "admission/ratchet.h"
#include "admission/review.h"
#include "core/plain.h"
#include "rules/rule.h"

/* One request on its way through the stages. */
struct call {
    struct arena *arena;
    const struct policy *policy;
    struct policy_view view;
    struct review review;
    const struct ray_service *service, *previous;
    const struct ray_service *assumed; /* service as if injected, where the policy looks on */
    const struct serve_config *config;
    bool spec_changes;
    struct verdict *verdict;
};

static struct injection_input injection_input(const struct call *call)
{
    return (struct injection_input){
        .arena = call->arena,
        .policy = call->policy,
        .service = call->service,
        .previous = call->previous,
        .config = call->config,
        .request = call->review.text,
    };
}

static void mutate(struct call *call)
{
    const struct injection_input input = injection_input(call);
    const struct injection plan = injection_plan(&input);

    injection_apply(&plan, &call->verdict->patch,
                    call->spec_changes ? &call->verdict->findings : NULL);
    injection_mark(&input, &plan, &call->verdict->patch);
    policy_apply(&call->view, &call->verdict->findings);
    for (struct finding *each = call->verdict->findings.first; each; each = each->next)
        if (each->level == LEVEL_DENY)
            each->level = LEVEL_WARN;
    policy_hold_back(&call->view, &call->verdict->findings);
    call->verdict->would_inject = injection_held_labels(call->arena, &plan);
}

static void run_rules(const struct call *call, const struct ratchet_side *side,
                      const struct ray_service *previous)
{
    struct ray_faults faults;
    struct rule_input input = {
        .arena = call->arena,
        .service = side->service,
        .faults = &faults,
        .previous = previous,
        .config = side->config,
        .versions = ray_versions_of(call->arena, side->service),
        .kuberay = call->policy->kuberay,
        .head_count_is_ours =
            *marks_read(call->arena, side->service).head || side->service == call->assumed,
        .limits = &call->view.limits,
    };

    if (!input.config || !serve_config_check(call->arena, input.config, &faults))
        return;
    input.placement =
        placement_of(call->arena, side->service, previous, input.config, input.kuberay);
    if (!input.placement)
        return;
    if (side->findings == &call->verdict->findings)
        call->verdict->placement = input.placement;
    rules_run(&input, side->findings);
}

/* What the stored object would be told today explains what the new one is told. */
static void forgive_old_faults(const struct call *call, const struct ratchet_side *new)
{
    const struct ray_service *previous = call->previous;
    struct findings before = findings_new(call->arena);
    struct ratchet_side old = {.service = previous, .findings = &before};

    if (!previous || !findings_deny(new->findings))
        return;
    old.config = serve_config_read(call->arena, previous->serve_text, &previous->serve_at);
    run_rules(call, &old, NULL);
    ratchet(call->arena, &old, new);
}

static void validate(struct call *call)
{
    const struct injection_input input = injection_input(call);
    const struct injection plan = injection_plan(&input);
    struct findings *findings = &call->verdict->findings;
    const struct ray_service *judged = injection_assumed(call->arena, &plan, call->service);
    const struct ratchet_side side = {
        .service = judged, .config = call->config, .findings = findings};

    call->assumed = judged == call->service ? NULL : judged;
    run_rules(call, &side, call->previous);
    injection_check(&plan, findings);
    policy_apply(&call->view, findings);
    forgive_old_faults(call, &side);
    policy_hold_back(&call->view, findings);
    findings_sort(findings);
    call->verdict->allowed = !findings_deny(findings);
}

static bool is_update(const struct review *review)
{
    return strcmp(review->operation, "UPDATE") == 0 && review->old_object;
}

/* Not ours to judge: other kinds, DELETE, an object that goes, an UPDATE that changes no spec. */
static bool is_ours(const struct review *review)
{
    if (strcmp(review->group, "ray.io") != 0 || strcmp(review->kind, "RayService") != 0)
        return false;
    if (!review->object || (strcmp(review->operation, "CREATE") != 0 && !is_update(review)))
        return false;
    return !json_get(review->object, "metadata.deletionTimestamp");
}

/* Most UPDATEs that change a spec change its serveConfigV2: that is looked at first. */
static bool changes_spec(const struct review *review)
{
    const struct json *spec = json_member(review->object, "spec");
    const struct json *stored = json_member(review->old_object, "spec");
    const char *text = json_string(json_member(spec, "serveConfigV2"));
    const char *stored_text = json_string(json_member(stored, "serveConfigV2"));

    return !is_update(review) || (text && stored_text && strcmp(text, stored_text) != 0) ||
           !json_equal_in_meaning(spec, stored);
}

/*
 * Half of a request is YAML, and /mutate asks the text for one key only. Where its letters are not
 * in the text, and no escape and no !!binary could write them, the text need not be read.
 */
static bool needs_config(const struct call *call, enum admit_stage stage)
{
    const char *text = call->service->serve_text;

    return stage == ADMIT_VALIDATE || !text || strstr(text, SERVE_PROXY_LOCATION) ||
           strpbrk(text, "\\!");
}

static bool read_models(struct call *call, enum admit_stage stage)
{
    struct arena *arena = call->arena;

    call->spec_changes = changes_spec(&call->review);
    call->view = policy_view_of(arena, call->policy, call->review.namespace, call->review.name);
    call->service = ray_service_read(arena, call->review.object);
    if (is_update(&call->review))
        call->previous = ray_service_read(arena, call->review.old_object);
    if (call->service && needs_config(call, stage))
        call->config =
            serve_config_read(arena, call->service->serve_text, &call->service->serve_at);
    return !arena_exhausted(arena);
}

static void judge(struct call *call, enum admit_stage stage)
{
    struct verdict *verdict = call->verdict;

    if (!is_ours(&call->review) || !read_models(call, stage))
        return;
    verdict->reviewed = call->spec_changes || stage == ADMIT_MUTATE;
    verdict->service = call->service;
    verdict->config = call->config;
    if (stage == ADMIT_MUTATE)
        mutate(call);
    else if (call->spec_changes)
        validate(call);
}

static enum admit_status refuse(enum admit_status status, const char *sentence,
                                struct bytes *ret_answer, struct verdict *verdict)
{
    verdict->error = sentence;
    *ret_answer = bytes_of(sentence);
    return status;
}

static enum admit_status fail(struct bytes *ret_answer, struct verdict *verdict)
{
    return refuse(ADMIT_FAILED, "the request needs more memory than this server gives one\n",
                  ret_answer, verdict);
}

static enum admit_status refuse_request(struct arena *arena, enum json_status status,
                                        const struct problem *problem, struct bytes *ret_answer,
                                        struct verdict *verdict)
{
    struct text sentence = text_new(arena);
    const char *place = "", *line;

    if (problem->line)
        place = arena_printf(arena, "line %u, column %u: ", problem->line, problem->column);
    text_printf(&sentence, "not an AdmissionReview this server can read: %s", place);
    text_plain(&sentence, bytes_of(problem->message), sizeof problem->message);
    text_putc(&sentence, '\n');
    line = text_string(&sentence);
    if (arena_exhausted(arena))
        return fail(ret_answer, verdict);
    return refuse(status == JSON_TOO_LARGE ? ADMIT_TOO_LARGE : ADMIT_BAD_REQUEST, line, ret_answer,
                  verdict);
}

static void start_verdict(struct arena *arena, const struct review *review, struct verdict *verdict)
{
    *verdict = (struct verdict){
        .uid = review->uid,
        .operation = review->operation,
        .namespace = review->namespace,
        .name = review->name,
        .user = review->user,
        .dry_run = review->dry_run,
        .allowed = true,
        .would_inject = "",
        .findings = findings_new(arena),
        .patch = patch_new(arena),
    };
}

enum admit_status admit(struct arena *arena, enum admit_stage stage, const struct policy *policy,
                        struct bytes request, struct bytes *ret_answer, struct verdict *ret_verdict)
{
    struct call call = {.arena = arena, .policy = policy, .verdict = ret_verdict};
    struct problem problem = {0};
    enum json_status status = review_read(arena, request, &call.review, &problem);

    start_verdict(arena, &call.review, ret_verdict);
    if (status == JSON_INVALID || status == JSON_TOO_LARGE)
        return refuse_request(arena, status, &problem, ret_answer, ret_verdict);
    if (status == JSON_OK)
        judge(&call, stage);
    *ret_answer = answer_write(arena, ret_verdict);
    if (arena_exhausted(arena))
        return fail(ret_answer, ret_verdict);
    return ADMIT_OK;
}
