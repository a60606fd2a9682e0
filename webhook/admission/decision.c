/* SPDX-License-Identifier: Apache-2.0 */
#include "admission/decision.h"

#include "core/plain.h"
#include "rules/rule.h"

static void note_levels(unsigned char *levels, const struct findings *findings)
{
    for (const struct finding *each = findings->first; each; each = each->next) {
        if (each->level > levels[each->order])
            levels[each->order] = (unsigned char)each->level;
    }
}

/* A group's name is in it, and may be as long as an object. */
static const char *short_label(struct arena *arena, const char *label)
{
    struct text text = text_new(arena);

    if (strlen(label) <= DECISION_LABEL_MAX)
        return label;
    text_plain(&text, bytes_of(label), DECISION_LABEL_MAX);
    return text_string(&text);
}

struct decision decision_of(struct arena *arena, const struct verdict *verdict)
{
    struct decision decision = {.allowed = verdict->allowed};
    unsigned char *levels = arena_array(arena, rule_count(), sizeof *levels);

    if (levels)
        note_levels(levels, &verdict->findings);
    decision.levels = levels;
    for (const struct patch_op *op = verdict->patch.first; op; op = op->next) {
        if (!*op->label)
            continue;
        if (decision.injected_count < DECISION_INJECTED_MAX)
            decision.injected[decision.injected_count] = short_label(arena, op->label);
        decision.injected_count++;
    }
    return decision;
}

static size_t listed(const struct decision *decision)
{
    return decision->injected_count < DECISION_INJECTED_MAX ? decision->injected_count
                                                            : DECISION_INJECTED_MAX;
}

static bool same_injected(const struct decision *was, const struct decision *is)
{
    if (was->injected_count != is->injected_count)
        return false;
    for (size_t i = 0; i < listed(was); i++) {
        if (strcmp(was->injected[i], is->injected[i]) != 0)
            return false;
    }
    return true;
}

enum decision_change decision_compare(const struct decision *was, const struct decision *is)
{
    if (was->allowed != is->allowed || !same_injected(was, is))
        return DECISION_DIFFERS;
    return memcmp(was->levels, is->levels, rule_count()) == 0 ? DECISION_SAME
                                                              : DECISION_WARNS_OTHERWISE;
}

void decision_put_injected(struct text *out, const struct decision *decision)
{
    text_putc(out, '[');
    for (size_t i = 0; i < listed(decision); i++) {
        if (i)
            text_putc(out, ',');
        text_json(out, decision->injected[i]);
    }
    text_putc(out, ']');
}
