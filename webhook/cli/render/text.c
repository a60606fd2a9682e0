/* SPDX-License-Identifier: Apache-2.0 */
/* For people: what the object is, which workers get a replica, what is wrong and what to type. */
#include "cli/manifest/locate.h"
#include "cli/render/fold.h"
#include "cli/render/picture.h"
#include "cli/render/render.h"
#include "core/columns.h"
#include "core/wrap.h"

enum { NARROW = 60 };

/* The column of the messages: behind the places, where there is room for that. */
static size_t message_column(const struct style *style)
{
    return style->width < NARROW ? 4 : 17;
}

static void begin(struct text *out)
{
    (void)out;
}

static void put_header(struct text *out, const struct style *style, const struct outcome *outcome)
{
    const char *version = outcome->service->ray_version;
    const char *place =
        arena_printf(out->arena, "%s:%u", outcome->manifest->file, outcome->manifest->line);
    const char *name = arena_printf(out->arena, "%s/%s", outcome->namespace, outcome->name);
    struct fold fold = {.out = out, .style = style, .indent = 2};

    fold_put(&fold, TINT_PLAIN, style_text(style, out->arena, place));
    fold_put(&fold, TINT_STRONG, style_text(style, out->arena, name));
    if (*version)
        fold_put(&fold, TINT_PLAIN,
                 style_text(style, out->arena, arena_printf(out->arena, "Ray %s", version)));
    text_puts(out, "\n\n");
}

static void put_wrapped(struct text *out, const struct style *style, size_t column,
                        const char *text)
{
    wrap(out, style_text(style, out->arena, text), column, column, style->width);
    text_putc(out, '\n');
}

static void put_fix(struct text *out, const struct style *style, const char *fix)
{
    size_t column = message_column(style);
    const char *arrow = style->unicode ? "→ " : "-> ";

    if (!*fix)
        return;
    wrap_fill(out, ' ', column);
    style_put(style, out, TINT_GOOD, arrow);
    put_wrapped(out, style, column + 2, fix);
}

/* The end of a field, from the step on that leaves it short enough. */
static const char *field_end(const struct style *style, struct arena *arena, const char *field,
                             size_t room)
{
    const char *embedded = strstr(field, ": "), *end = embedded ? embedded + 2 : field;
    const char *whole = end;

    while (columns_of(bytes_of(end)) > room) {
        const char *dot = strchr(end + 1, '.');

        if (!dot)
            return "";
        end = dot;
    }
    if (end != whole)
        end = arena_printf(arena, "…%s", end + 1);
    return style_text(style, arena, end);
}

static void put_finding(struct text *out, const struct style *style, const struct outcome *outcome,
                        const struct finding *finding)
{
    struct place place = locate(out->arena, outcome->manifest, finding);
    const char *at = arena_printf(out->arena, "%u:%u", place.line, place.column);
    struct fold fold = {.out = out, .style = style, .column = 2, .indent = 2};
    size_t column = message_column(style), room;
    bool deny = finding->level == LEVEL_DENY;

    text_puts(out, "  ");
    fold_put(&fold, deny ? TINT_DENY : TINT_WARN, level_name(finding->level));
    fold_put(&fold, TINT_PLAIN, at);
    fold.indent = column;
    fold_fill(&fold, column);
    fold_put(&fold, TINT_STRONG, finding->rule);
    room = fold_room(&fold) + (style->width < NARROW ? style->width : 0);
    fold_put(&fold, TINT_FAINT,
             field_end(style, out->arena, finding->field, room - (style->unicode ? 0 : 2)));
    text_putc(out, '\n');
    wrap_fill(out, ' ', column);
    put_wrapped(out, style, column, finding->message);
    put_fix(out, style, finding->fix);
}

static void put_patch(struct text *out, const struct style *style, const struct patch *patch)
{
    struct text labels = text_new(out->arena);
    size_t column = message_column(style);

    for (const struct patch_op *op = patch->first; op; op = op->next) {
        if (!*op->label)
            continue;
        text_puts(&labels, labels.size ? "; " : "");
        text_puts(&labels, op->label);
    }
    if (!labels.size)
        return;
    text_puts(out, "  ");
    style_put(style, out, TINT_GOOD, "inject");
    if (style->width < NARROW)
        text_putc(out, '\n');
    wrap_fill(out, ' ', style->width < NARROW ? column : column - 8);
    put_wrapped(out, style, column, text_string(&labels));
}

static void put_object(struct text *out, const struct style *style, const struct outcome *outcome,
                       const struct summary *before)
{
    (void)before;
    put_header(out, style, outcome);
    if (outcome->placement) {
        picture_put(out, style, outcome);
        text_putc(out, '\n');
    }
    for (const struct finding *each = outcome->findings.first; each; each = each->next)
        put_finding(out, style, outcome, each);
    put_patch(out, style, outcome->patch);
    if (outcome->findings.count || outcome->patch->count)
        text_putc(out, '\n');
}

static void end(struct text *out, const struct style *style, const struct summary *summary)
{
    const char *denied = arena_printf(out->arena, "%zu denied", summary->denied);
    const char *warned = arena_printf(out->arena, "%zu with warnings", summary->warned);

    if (!summary->objects) {
        text_puts(out, "no RayService found\n");
        return;
    }
    text_printf(out, "%zu object%s, ", summary->objects, summary->objects == 1 ? "" : "s");
    style_put(style, out, summary->denied ? TINT_DENY : TINT_PLAIN, denied);
    text_puts(out, ", ");
    style_put(style, out, summary->warned ? TINT_WARN : TINT_PLAIN, warned);
    text_putc(out, '\n');
}

const struct renderer text_renderer = {
    .name = "text", .begin = begin, .object = put_object, .end = end};
