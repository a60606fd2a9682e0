/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict mutate|validate: one AdmissionReview a line on stdin; for each one line of JSON on
 * stdout: the status, the findings as they are before they become text, and the answer's bytes.
 * verdict rules: the rule table, a family, a rule and its level a line.
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

static bool answer_line(struct arena *arena, enum admit_stage stage, struct bytes review)
{
    struct text out = text_new(arena);
    struct verdict verdict = {0};
    struct bytes answer = {0};
    enum admit_status status;

    status = admit(arena, stage, &policy_default, review, &answer, &verdict);
    put_verdict(&out, status, &verdict.findings, answer);
    if (arena_exhausted(arena))
        return false;
    return fwrite(out.data, 1, out.size, stdout) == out.size;
}

static int answer_all(enum admit_stage stage)
{
    struct arena *arena = arena_new(2 * ADMIT_ARENA_LIMIT);
    char *line = NULL;
    size_t room = 0;
    ssize_t size;
    bool good = arena != NULL;

    while (good && (size = getline(&line, &room, stdin)) > 0) {
        arena_reset(arena);
        good = answer_line(arena, stage, (struct bytes){line, (size_t)size});
    }
    free(line);
    arena_free(arena);
    return good && fflush(stdout) == 0 ? 0 : 2;
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
    const char *what = argc == 2 ? argv[1] : "";

    if (strcmp(what, "rules") == 0)
        return list_rules();
    if (strcmp(what, "mutate") == 0)
        return answer_all(ADMIT_MUTATE);
    if (strcmp(what, "validate") == 0)
        return answer_all(ADMIT_VALIDATE);
    (void)fputs("usage: verdict mutate|validate|rules\n", stderr);
    return 2;
}
