/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Target functions: policy_read, policy_view_of, policy_apply. The input is a policy file: it is
 * taken, or refused with a place and a plain sentence; and what was taken sets levels.
 */
#include "admission/policy_apply.h"
#include "core/plain.h"
#include "fuzz/fuzz.h"
#include "rules/rule.h"

static void check_problem(struct arena *arena, const struct problem *problem)
{
    struct text plain = text_new(arena);
    size_t size = strlen(problem->message);

    text_plain(&plain, bytes_of(problem->message), size);
    MUST(size > 0 && plain.size == size && memcmp(plain.data, problem->message, size) == 0);
}

static struct findings one_of_each(struct arena *arena)
{
    static const struct path root = {0};
    struct findings findings = findings_new(arena);

    for (size_t i = 0; i < rule_count(); i++) {
        rule_begin(rule_at(i)->name, &findings);
        report(&findings, &root, "", "found");
    }
    return findings;
}

static void check_apply(struct arena *arena, const struct policy *policy, const char *namespace)
{
    struct policy_view view = policy_view_of(arena, policy, namespace, "svc");
    struct findings findings = one_of_each(arena);
    size_t before = findings.count, count = 0;

    policy_apply(&view, &findings);
    for (const struct finding *each = findings.first; each; each = each->next, count++)
        MUST(each->level > LEVEL_OFF && each->level <= LEVEL_DENY);
    MUST(count == findings.count && count <= before);
    MUST(arena_exhausted(arena) || view.scopes[view.count - 1] == &policy->scope);
}

static void check_policy(const struct policy *policy)
{
    struct arena *arena = arena_new((size_t)4 << 20);
    struct policy dated = *policy;

    check_apply(arena, policy, "default");
    dated.today = 20270131;
    check_apply(arena, &dated, "team-a");
    check_apply(arena, &dated, "");
    arena_free(arena);
}

/* With less memory: no policy, or the whole one. */
static void check_starved(struct bytes text, size_t need, bool good)
{
    struct arena *arena = arena_new(need * (text.size % 16) / 16);
    struct problem problem = {.line = 0};

    if (policy_read(arena, text, &problem))
        MUST(good);
    else
        MUST(*problem.message);
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(POLICY_ARENA_LIMIT), *scratch = arena_new((size_t)1 << 20);
    struct bytes text = {(const char *)data, size};
    struct problem problem = {.line = 0};
    const struct policy *policy = policy_read(arena, text, &problem);

    if (policy)
        check_policy(policy);
    else
        check_problem(scratch, &problem);
    check_starved(text, arena_used(arena), policy);
    arena_free(scratch);
    arena_free(arena);
    return 0;
}
