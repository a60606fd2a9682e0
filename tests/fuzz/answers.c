/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/answers.h"

#include "admission/admit.h"
#include "core/json.h"
#include "core/plain.h"
#include "fuzz/fuzz.h"
#include "fuzz/must_parse.h"

static void check_patch(const struct json *response, enum admit_stage stage)
{
    const struct json *patch = json_member(response, "patch");

    MUST(!patch || stage == ADMIT_MUTATE);
    MUST((patch != NULL) == (json_member(response, "patchType") != NULL));
}

static void check_review(struct arena *arena, enum admit_stage stage, struct bytes review,
                         struct bytes answer, const struct verdict *verdict)
{
    const struct json *asked = must_parse(arena, review);
    const struct json *answered = must_parse(arena, answer);
    const struct json *response = json_member(answered, "response");

    MUST(strcmp(json_string(json_get(asked, "request.uid")),
                json_string(json_member(response, "uid"))) == 0);
    MUST(json_true(json_member(response, "allowed")) == verdict->allowed);
    MUST(verdict->allowed == !findings_deny(&verdict->findings));
    MUST(stage == ADMIT_VALIDATE || verdict->allowed);
    check_patch(response, stage);
}

/* A refusal is one line of plain text. */
static void check_sentence(struct arena *arena, struct bytes answer)
{
    struct text plain = text_new(arena);

    MUST(answer.size > 1 && answer.size < 1000 && answer.data[answer.size - 1] == '\n');
    text_plain(&plain, answer, answer.size - 1);
    MUST(plain.size == answer.size - 1 && memcmp(plain.data, answer.data, plain.size) == 0);
}

static bool same(struct bytes a, struct bytes b)
{
    return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

static enum admit_status ask(struct arena *arena, enum admit_stage stage, struct bytes review,
                             struct bytes *answer, struct verdict *verdict)
{
    *answer = (struct bytes){"", 0};
    *verdict = (struct verdict){0};
    return admit(arena, stage, &policy_default, review, answer, verdict);
}

/* With less memory: no verdict, or the same one. */
static void check_starved(enum admit_stage stage, struct bytes review, size_t need,
                          enum admit_status status, struct bytes answer)
{
    struct arena *arena = arena_new(need * (review.size % 16) / 16);
    struct verdict verdict;
    struct bytes starved;
    enum admit_status without = ask(arena, stage, review, &starved, &verdict);

    MUST(without == ADMIT_FAILED || (without == status && same(starved, answer)));
    arena_free(arena);
}

static void check_stage(enum admit_stage stage, struct bytes review)
{
    struct arena *arena = arena_new(ADMIT_ARENA_LIMIT), *again = arena_new(ADMIT_ARENA_LIMIT);
    struct verdict verdict, second_verdict;
    struct bytes answer, second;
    enum admit_status status = ask(arena, stage, review, &answer, &verdict);
    size_t need = arena_used(arena);

    MUST(status != ADMIT_FAILED || arena_exhausted(arena));
    MUST(ask(again, stage, review, &second, &second_verdict) == status);
    MUST(same(answer, second));
    if (status == ADMIT_OK)
        check_review(again, stage, review, answer, &verdict);
    else
        check_sentence(again, answer);
    check_starved(stage, review, need, status, answer);
    arena_free(again);
    arena_free(arena);
}

void check_answers(struct bytes review)
{
    check_stage(ADMIT_MUTATE, review);
    check_stage(ADMIT_VALIDATE, review);
}
