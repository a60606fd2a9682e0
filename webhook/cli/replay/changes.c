/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/replay/changes.h"

#include "rules/rule.h"

#include <stdio.h>

struct changes changes_new(struct arena *arena)
{
    return (struct changes){.arena = arena};
}

static const struct finding *finding_of(const struct verdict *verdict, size_t rule)
{
    const struct finding *heaviest = NULL;

    for (const struct finding *each = verdict->findings.first; each; each = each->next) {
        if (each->order == rule && (!heaviest || each->level > heaviest->level))
            heaviest = each;
    }
    return heaviest;
}

static void add_rule(struct change *change, size_t rule, enum level was,
                     const struct finding *finding)
{
    struct rule_change *row;

    if (change->rule_count++ >= CHANGE_FINDINGS_MAX)
        return;
    row = &change->rules[change->rule_count - 1];
    *row = (struct rule_change){.rule = rule_at(rule)->name, .was = was};
    if (!finding)
        return;
    row->is = finding->level;
    row->field = finding->field;
    row->message = finding->message;
    row->fix = finding->fix;
}

static uint64_t hash_text(uint64_t hash, const char *text)
{
    /* FNV-1a; the end of each text counts too. */
    for (; text; text++) {
        hash = (hash ^ (unsigned char)*text) * 1099511628211U;
        if (!*text)
            break;
    }
    return hash;
}

static uint64_t hash_of(const struct change *change)
{
    const struct decision *is = &change->is;
    uint64_t hash = 14695981039346656037U ^ (uint64_t)change->stage ^
                    ((uint64_t)change->was.allowed << 8) ^ ((uint64_t)is->allowed << 9);

    hash = hash_text(hash_text(hash, change->namespace), change->name);
    for (size_t i = 0; i < change->rule_count && i < CHANGE_FINDINGS_MAX; i++) {
        const struct rule_change *row = &change->rules[i];

        hash = (hash ^ (uint64_t)row->was ^ ((uint64_t)row->is << 4)) * 1099511628211U;
        hash = hash_text(hash_text(hash, row->rule), row->message);
    }
    for (size_t i = 0; i < is->injected_count && i < DECISION_INJECTED_MAX; i++)
        hash = hash_text(hash, is->injected[i]);
    return hash ^ is->injected_count;
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_rules(const struct change *a, const struct change *b)
{
    if (a->rule_count != b->rule_count)
        return false;
    for (size_t i = 0; i < a->rule_count && i < CHANGE_FINDINGS_MAX; i++) {
        const struct rule_change *row = &a->rules[i], *other = &b->rules[i];

        if (row->was != other->was || row->is != other->is || !same_text(row->rule, other->rule) ||
            !same_text(row->message, other->message))
            return false;
    }
    return true;
}

static bool same(const struct change *a, const struct change *b)
{
    return a->hash == b->hash && a->stage == b->stage && a->weight == b->weight &&
           a->was.allowed == b->was.allowed && a->is.allowed == b->is.allowed &&
           same_text(a->namespace, b->namespace) && same_text(a->name, b->name) && same_rules(a, b);
}

static const char *keep_text(struct arena *arena, const char *text)
{
    return text ? arena_copy(arena, bytes_of(text)) : NULL;
}

static void keep_injected(struct arena *arena, struct decision *decision)
{
    decision->levels = NULL;
    for (size_t i = 0; i < decision->injected_count && i < DECISION_INJECTED_MAX; i++)
        decision->injected[i] = keep_text(arena, decision->injected[i]);
}

/* A copy that needs nothing of the request. NULL without memory. */
static struct change *keep(struct arena *arena, const struct change *change)
{
    struct change *kept = arena_alloc(arena, sizeof *kept);

    if (!kept)
        return NULL;
    *kept = *change;
    kept->namespace = keep_text(arena, change->namespace);
    kept->name = keep_text(arena, change->name);
    for (size_t i = 0; i < kept->rule_count && i < CHANGE_FINDINGS_MAX; i++) {
        struct rule_change *row = &kept->rules[i];

        row->field = keep_text(arena, row->field);
        row->message = keep_text(arena, row->message);
        row->fix = keep_text(arena, row->fix);
    }
    keep_injected(arena, &kept->was);
    keep_injected(arena, &kept->is);
    return arena_exhausted(arena) ? NULL : kept;
}

static struct change *find(const struct changes *changes, const struct change *like)
{
    for (struct change *each = changes->first; each; each = each->next) {
        if (same(each, like))
            return each;
    }
    return NULL;
}

static struct change *append(struct changes *changes, const struct change *change)
{
    struct change *kept = changes->count < CHANGES_LISTED_MAX ? keep(changes->arena, change) : NULL;

    if (!kept)
        return NULL;
    if (changes->first)
        *changes->last = kept;
    else
        changes->first = kept;
    changes->last = &kept->next;
    changes->count++;
    return kept;
}

static struct change change_of(const struct decision_record *record, const struct decision *was,
                               const struct decision *is, const struct verdict *verdict)
{
    struct change change = {
        .weight = decision_compare(was, is),
        .stage = record->stage,
        .namespace = verdict->namespace,
        .name = verdict->name,
        .was = *was,
        .is = *is,
    };

    for (size_t i = 0; i < rule_count(); i++) {
        if (was->levels[i] != is->levels[i])
            add_rule(&change, i, (enum level)was->levels[i], finding_of(verdict, i));
    }
    change.hash = hash_of(&change);
    return change;
}

static void note_time(struct change *change, const struct decision_record *record,
                      const struct verdict *verdict)
{
    (void)snprintf(change->time, sizeof change->time, "%s", record->time);
    (void)snprintf(change->operation, sizeof change->operation, "%s", verdict->operation);
    (void)snprintf(change->user, sizeof change->user, "%s", verdict->user);
    if (!change->times++)
        memcpy(change->first_time, change->time, sizeof change->time);
}

void changes_add(struct changes *changes, const struct decision_record *record,
                 const struct decision *was, const struct decision *is,
                 const struct verdict *verdict)
{
    const struct change change = change_of(record, was, is, verdict);
    struct change *found = find(changes, &change);

    if (!found)
        found = append(changes, &change);
    if (!found) {
        changes->unlisted++;
        return;
    }
    note_time(found, record, verdict);
}
