/* SPDX-License-Identifier: Apache-2.0 */
/* For people: who would be refused, who no longer, why, and how often. */
#include "cli/replay/render.h"
#include "core/columns.h"
#include "core/wrap.h"

enum { WIDTH = 80, MESSAGE = 8 /* column of the messages */ };

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static const char *shown(struct text *out, const struct style *style, const char *text)
{
    return style_text(style, out->arena, text);
}

/* team-a/llm  UPDATE by alice, 14 times from … to … */
static void put_header(struct text *out, const struct style *style, const struct change *change)
{
    const char *name = arena_printf(out->arena, "%s/%s", change->namespace, change->name);

    style_put(style, out, TINT_STRONG, shown(out, style, name));
    text_printf(out, "  %s", shown(out, style, change->operation));
    if (*change->user)
        text_printf(out, " by %s", shown(out, style, change->user));
    if (change->times > 1)
        text_printf(out, ", %zu times", change->times);
    if (*change->time && change->times > 1)
        text_printf(out, ", last");
    if (*change->time)
        text_printf(out, " %s", shown(out, style, change->time));
    text_putc(out, '\n');
}

static void put_outcome(struct text *out, const struct style *style, bool allowed)
{
    style_put(style, out, allowed ? TINT_GOOD : TINT_DENY, allowed ? "allowed" : "denied");
}

static void put_decision(struct text *out, const struct style *style, const struct change *change)
{
    if (change->was.allowed == change->is.allowed)
        return;
    text_puts(out, "  ");
    put_outcome(out, style, change->was.allowed);
    text_puts(out, style->unicode ? " → " : " -> ");
    put_outcome(out, style, change->is.allowed);
    text_putc(out, '\n');
}

static void put_injections(struct text *out, const struct style *style, const char *what,
                           const struct decision *decision)
{
    text_printf(out, "  %s", what);
    for (size_t i = 0; i < decision->injected_count && i < DECISION_INJECTED_MAX; i++)
        text_printf(out, "%s %s", i ? "," : "", shown(out, style, decision->injected[i]));
    if (decision->injected_count > DECISION_INJECTED_MAX)
        text_printf(out, " and %zu more", decision->injected_count - DECISION_INJECTED_MAX);
    text_puts(out, decision->injected_count ? "\n" : " nothing\n");
}

/* Also where only the warnings differ the lists are the same: nothing to say then. */
static void put_injected(struct text *out, const struct style *style, const struct change *change)
{
    if (change->weight != DECISION_DIFFERS || change->stage != ADMIT_MUTATE)
        return;
    put_injections(out, style, "injected before:", &change->was);
    put_injections(out, style, "would inject:", &change->is);
}

static void put_lines(struct text *out, const struct style *style, const char *sign,
                      const char *text)
{
    if (!text || !*text)
        return;
    wrap_fill(out, ' ', MESSAGE);
    text_puts(out, sign);
    wrap(out, shown(out, style, text), MESSAGE + columns_of(bytes_of(sign)), MESSAGE, WIDTH);
    text_putc(out, '\n');
}

static void put_rule(struct text *out, const struct style *style, const struct rule_change *row)
{
    enum tint tint = row->is == LEVEL_DENY ? TINT_DENY : TINT_WARN;

    text_puts(out, "  ");
    style_put(style, out, row->is == LEVEL_OFF ? TINT_FAINT : tint, level_name(row->is));
    wrap_fill(out, ' ', MESSAGE - 2 - strlen(level_name(row->is)));
    style_put(style, out, TINT_STRONG, row->rule);
    text_printf(out, "  (was %s)\n", level_name(row->was));
    put_lines(out, style, "", row->message);
    put_lines(out, style, style->unicode ? "→ " : "-> ", row->fix);
}

static void put_change(struct text *out, const struct style *style, const struct change *change)
{
    size_t listed =
        change->rule_count < CHANGE_FINDINGS_MAX ? change->rule_count : CHANGE_FINDINGS_MAX;

    put_header(out, style, change);
    put_decision(out, style, change);
    put_injected(out, style, change);
    for (size_t i = 0; i < listed; i++)
        put_rule(out, style, &change->rules[i]);
    if (change->rule_count > listed)
        text_printf(out, "  and %zu more rule%s\n", change->rule_count - listed,
                    plural(change->rule_count - listed));
    text_putc(out, '\n');
}

/* What was left out, and what to do about it. */
static void put_notes(struct text *out, const struct replay_result *result)
{
    const struct replay_counts *counts = &result->counts;

    if (result->changes->unlisted)
        text_printf(out, "%zu more change%s counted, not listed\n", result->changes->unlisted,
                    result->changes->unlisted == 1 ? " is" : "s are");
    if (counts->without_object)
        text_printf(out,
                    "%zu line%s without an object, not replayed: serve writes it with "
                    "--record-content\n",
                    counts->without_object, plural(counts->without_object));
    if (counts->skipped)
        text_printf(out, "%zu not judged: no RayService, or its spec did not change\n",
                    counts->skipped);
    if (counts->unreadable)
        text_printf(out, "%zu line%s could not be read\n", counts->unreadable,
                    plural(counts->unreadable));
    if (counts->other_version && !result->against)
        text_printf(out,
                    "%zu recorded by another version: what differs may be the program's doing; "
                    "--against\nthe old policy compares the policies alone\n",
                    counts->other_version);
}

static void put_summary(struct text *out, const struct style *style,
                        const struct replay_result *result)
{
    const struct replay_counts *counts = &result->counts;
    const char *would = arena_printf(out->arena, "would change %zu of %zu decision%s",
                                     counts->differ, counts->decisions, plural(counts->decisions));

    style_put(style, out, counts->differ ? TINT_DENY : TINT_PLAIN, would);
    if (counts->warn)
        text_printf(out, ", and the warnings of %zu more%s", counts->warn,
                    result->warnings ? "" : " (--strict lists them)");
    text_putc(out, '\n');
}

void replay_put_text(struct text *out, const struct style *style,
                     const struct replay_result *result)
{
    for (const struct change *each = result->changes->first; each; each = each->next) {
        if (each->weight == DECISION_DIFFERS || result->warnings)
            put_change(out, style, each);
    }
    put_notes(out, result);
    put_summary(out, style, result);
}
