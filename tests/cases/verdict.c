/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict mutate|validate [POLICY [DAY]]: one AdmissionReview a line on stdin; for each one line of
 * JSON on stdout: the status, the findings as they are before they become text, and the answer's
 * bytes. verdict rules: the rule table, a family, a rule and its level a line.
 */
#include "admission/admit.h"
#include "core/text.h"
#include "rules/rule.h"

#include <stdio.h>
#include <stdlib.h>

static void put_finding(struct text *out, const struct finding *finding)
{
    text_puts(out, "{\"rule\":");
    text_json(out, finding->rule);
    text_printf(out, ",\"level\":\"%s\",\"field\":", level_name(finding->level));
    text_json(out, finding->field);
    text_printf(out, ",\"line\":%u,\"column\":%u,\"message\":", finding->line, finding->column);
    text_json(out, finding->message);
    text_puts(out, ",\"fix\":");
    text_json(out, finding->fix);
    text_putc(out, '}');
}

static void put_verdict(struct text *out, enum admit_status status, const struct findings *findings,
                        struct bytes answer)
{
    static const char *const names[] = {"ok", "bad-request", "too-large", "failed"};

    text_printf(out, "{\"status\":\"%s\",\"findings\":[", names[status]);
    for (const struct finding *each = findings->first; each; each = each->next) {
        put_finding(out, each);
        if (each->next)
            text_putc(out, ',');
    }
    text_puts(out, "],\"answer\":");
    text_json_bytes(out, answer);
    text_puts(out, "}\n");
}

static bool answer_line(struct arena *arena, enum admit_stage stage, const struct policy *policy,
                        struct bytes review)
{
    struct text out = text_new(arena);
    struct verdict verdict = {0};
    struct bytes answer = {0};
    enum admit_status status;

    status = admit(arena, stage, policy, review, &answer, &verdict);
    put_verdict(&out, status, &verdict.findings, answer);
    if (arena_exhausted(arena))
        return false;
    return fwrite(out.data, 1, out.size, stdout) == out.size;
}

static int answer_all(enum admit_stage stage, const struct policy *policy)
{
    struct arena *arena = arena_new(2 * ADMIT_ARENA_LIMIT);
    char *line = NULL;
    size_t room = 0;
    ssize_t size;
    bool good = arena != NULL;

    while (good && (size = getline(&line, &room, stdin)) > 0) {
        arena_reset(arena);
        good = answer_line(arena, stage, policy, (struct bytes){line, (size_t)size});
    }
    free(line);
    arena_free(arena);
    return good && fflush(stdout) == 0 ? 0 : 2;
}

/* NULL after saying why. */
static const struct policy *read_policy(struct arena *arena, const char *name)
{
    static char data[POLICY_LARGEST];
    FILE *file = fopen(name, "rb");
    size_t size = file ? fread(data, 1, sizeof data, file) : 0;
    struct problem problem = {.message = "can not read it"};
    const struct policy *policy = NULL;

    if (file) {
        policy = policy_read(arena, (struct bytes){data, size}, &problem);
        (void)fclose(file);
    }
    if (!policy)
        (void)fprintf(stderr, "%s:%u:%u: %s\n", name, problem.line, problem.column,
                      problem.message);
    return policy;
}

static int answer_under(enum admit_stage stage, const char *name, const char *day)
{
    struct arena *arena = arena_new(POLICY_ARENA_LIMIT);
    const struct policy *policy = name ? read_policy(arena, name) : &policy_default;
    struct policy dated = policy_default;
    int code = 2;

    if (policy) {
        dated = *policy;
        dated.today = day ? (int32_t)strtol(day, NULL, 10) : 0;
        code = answer_all(stage, &dated);
    }
    arena_free(arena);
    return code;
}

static int list_rules(void)
{
    for (size_t i = 0; i < rule_family_count; i++)
        for (size_t j = 0; j < rule_families[i]->count; j++)
            printf("%s %s %s\n", rule_families[i]->name, rule_families[i]->rules[j].name,
                   level_name(rule_families[i]->rules[j].level));
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc >= 2 ? argv[1] : "", *policy = argc >= 3 ? argv[2] : NULL;
    const char *day = argc >= 4 ? argv[3] : NULL;

    if (strcmp(what, "rules") == 0)
        return list_rules();
    if (strcmp(what, "mutate") == 0)
        return answer_under(ADMIT_MUTATE, policy, day);
    if (strcmp(what, "validate") == 0)
        return answer_under(ADMIT_VALIDATE, policy, day);
    (void)fputs("usage: verdict mutate|validate [POLICY [DAY]], verdict rules\n", stderr);
    return 2;
}
