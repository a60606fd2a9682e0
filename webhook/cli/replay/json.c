/* SPDX-License-Identifier: Apache-2.0 */
/* -o json: one document, with all changes, those of warnings too. */
#include "cli/replay/render.h"

static void put_string(struct text *out, const char *key, const char *value)
{
    text_putc(out, ',');
    text_json_key(out, key);
    text_json(out, value);
}

static void put_number(struct text *out, const char *key, size_t value)
{
    text_putc(out, ',');
    text_json_key(out, key);
    text_printf(out, "%zu", value);
}

static void put_rule(struct text *out, const struct rule_change *row)
{
    text_puts(out, "{\"rule\":");
    text_json(out, row->rule);
    put_string(out, "was", level_name(row->was));
    put_string(out, "would", level_name(row->is));
    put_string(out, "field", row->field);
    put_string(out, "message", row->message);
    put_string(out, "fix", row->fix);
    text_putc(out, '}');
}

static void put_rules(struct text *out, const struct change *change)
{
    text_puts(out, ",\"rules\":[");
    for (size_t i = 0; i < change->rule_count && i < CHANGE_FINDINGS_MAX; i++) {
        if (i)
            text_putc(out, ',');
        put_rule(out, &change->rules[i]);
    }
    text_putc(out, ']');
}

static void put_side(struct text *out, const char *key, const struct decision *decision)
{
    text_putc(out, ',');
    text_json_key(out, key);
    text_printf(out, "{\"allowed\":%s,\"injected\":", decision->allowed ? "true" : "false");
    decision_put_injected(out, decision);
    put_number(out, "injectedCount", decision->injected_count);
    text_putc(out, '}');
}

static void put_change(struct text *out, const struct change *change)
{
    text_puts(out, "{\"namespace\":");
    text_json(out, change->namespace);
    put_string(out, "name", change->name);
    put_string(out, "stage", change->stage == ADMIT_MUTATE ? "mutate" : "validate");
    put_string(out, "changes", change->weight == DECISION_DIFFERS ? "decision" : "warnings");
    put_number(out, "times", change->times);
    put_string(out, "firstTime", change->first_time);
    put_string(out, "lastTime", change->time);
    put_string(out, "lastOperation", change->operation);
    put_string(out, "lastUser", change->user);
    put_side(out, "was", &change->was);
    put_side(out, "would", &change->is);
    put_rules(out, change);
    text_putc(out, '}');
}

void replay_put_json(struct text *out, const struct style *style,
                     const struct replay_result *result)
{
    const struct replay_counts *counts = &result->counts;

    (void)style;
    text_puts(out, "{\"changes\":[");
    for (const struct change *each = result->changes->first; each; each = each->next) {
        if (each != result->changes->first)
            text_putc(out, ',');
        put_change(out, each);
    }
    text_putc(out, ']');
    put_number(out, "unlisted", result->changes->unlisted);
    put_number(out, "decisions", counts->decisions);
    put_number(out, "changed", counts->differ);
    put_number(out, "warningsChanged", counts->warn);
    put_number(out, "withoutObject", counts->without_object);
    put_number(out, "skipped", counts->skipped);
    put_number(out, "unreadable", counts->unreadable);
    put_number(out, "otherVersion", counts->other_version);
    text_puts(out, "}\n");
}
