/* SPDX-License-Identifier: Apache-2.0 */
#include "core/finding.h"

#include "core/plain.h"

struct findings findings_new(struct arena *arena)
{
    return (struct findings){.arena = arena};
}

void findings_begin(struct findings *findings, const char *rule, enum level level, unsigned order)
{
    findings->rule = rule;
    findings->level = level;
    findings->order = order;
    findings->of_this_rule = 0;
}

static void append(struct findings *findings, struct finding *finding)
{
    if (findings->first)
        *findings->last = finding;
    else
        findings->first = finding;
    findings->last = &finding->next;
    findings->count++;
}

/* Rules quote what users wrote; see text_plain(). */
static const char *plain(struct arena *arena, const char *string)
{
    struct text out = text_new(arena);

    text_plain(&out, bytes_of(string), SIZE_MAX);
    return text_string(&out);
}

struct finding *report(struct findings *findings, const struct path *at, const char *fix,
                       const char *format, ...)
{
    struct text field = text_new(findings->arena);
    struct finding *finding;
    va_list args;

    if (findings->of_this_rule++ >= FINDINGS_PER_RULE)
        return NULL;
    finding = arena_alloc(findings->arena, sizeof *finding);
    if (!finding)
        return NULL;
    path_field(&field, at);
    va_start(args, format);
    *finding = (struct finding){
        .rule = findings->rule,
        .level = findings->level,
        .due = findings->level,
        .order = findings->order,
        .field = plain(findings->arena, text_string(&field)),
        .message = plain(findings->arena, arena_vprintf(findings->arena, format, args)),
        .fix = plain(findings->arena, fix),
        .line = at->line,
        .column = at->column,
    };
    va_end(args);
    append(findings, finding);
    return finding;
}

static bool before(const struct finding *a, const struct finding *b)
{
    if (a->level != b->level)
        return a->level > b->level;
    return a->order < b->order;
}

static struct finding *merge(struct finding *a, struct finding *b)
{
    struct finding *first = NULL, **end = &first;

    while (a && b) {
        struct finding **least = before(b, a) ? &b : &a;

        *end = *least;
        end = &(*least)->next;
        *least = *end;
    }
    *end = a ? a : b;
    return first;
}

/* Merge sort: stable, and a hostile config can make many findings. */
static struct finding *sorted(struct finding *list, size_t count)
{
    struct finding *half = list, *rest;

    if (count < 2)
        return list;
    for (size_t i = 1; i < count / 2; i++)
        half = half->next;
    rest = half->next;
    half->next = NULL;
    return merge(sorted(list, count / 2), sorted(rest, count - count / 2));
}

void findings_sort(struct findings *findings)
{
    findings->first = sorted(findings->first, findings->count);
    for (struct finding *each = findings->first; each; each = each->next)
        findings->last = &each->next;
}

size_t findings_at(const struct findings *findings, enum level level)
{
    size_t count = 0;

    for (const struct finding *each = findings->first; each; each = each->next)
        count += each->level == level;
    return count;
}

bool findings_deny(const struct findings *findings)
{
    return findings_at(findings, LEVEL_DENY) > 0;
}

void findings_drop_off(struct findings *findings)
{
    struct finding *each = findings->first;

    findings->first = NULL;
    findings->count = 0;
    while (each) {
        struct finding *next = each->next;

        each->next = NULL;
        if (each->level != LEVEL_OFF)
            append(findings, each);
        each = next;
    }
}

bool finding_is_as_bad(const struct finding *is, const struct finding *like)
{
    if (!is->value != !like->value || (is->value && strcmp(is->value, like->value) != 0))
        return false;
    return is->amount >= like->amount;
}

bool findings_have(const struct findings *findings, const struct finding *like)
{
    for (const struct finding *each = findings->first; each; each = each->next)
        if (each->order == like->order && strcmp(each->field, like->field) == 0)
            return true;
    return false;
}

const char *level_name(enum level level)
{
    static const char *const names[] = {"off", "audit", "warn", "deny"};

    return names[level];
}
