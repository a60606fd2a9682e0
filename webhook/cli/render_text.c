/* SPDX-License-Identifier: Apache-2.0 */
/* For people: what the object is, which workers get a replica, what is wrong and what to type. */
#include "cli/locate.h"
#include "cli/picture.h"
#include "cli/render.h"
#include "core/wrap.h"

enum {
    WIDTH = 80,
    MESSAGE = 17, /* column of the messages */
};

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

    text_puts(out, style_text(style, out->arena, place));
    text_puts(out, "  ");
    style_put(style, out, TINT_STRONG, style_text(style, out->arena, name));
    if (*version)
        text_printf(out, "  Ray %s", style_text(style, out->arena, version));
    text_puts(out, "\n\n");
}

static void put_fix(struct text *out, const struct style *style, const char *fix)
{
    const char *arrow = style->unicode ? "→ " : "-> ";

    if (!*fix)
        return;
    wrap_fill(out, ' ', MESSAGE);
    style_put(style, out, TINT_GOOD, arrow);
    wrap(out, style_text(style, out->arena, fix), MESSAGE + 2, MESSAGE + 2, WIDTH);
    text_putc(out, '\n');
}

/* The end of a field, from the step on that leaves it short enough. */
static const char *field_end(const struct style *style, struct arena *arena, const char *field,
                             size_t room)
{
    const char *embedded = strstr(field, ": "), *end = embedded ? embedded + 2 : field;
    const char *whole = end;

    while (wrap_columns(bytes_of(end)) > room) {
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
    size_t room = WIDTH - MESSAGE - 2 - strlen(finding->rule);
    const char *field =
        field_end(style, out->arena, finding->field, room - (style->unicode ? 0 : 2));
    bool deny = finding->level == LEVEL_DENY;

    text_puts(out, "  ");
    style_put(style, out, deny ? TINT_DENY : TINT_WARN, level_name(finding->level));
    text_printf(out, "  %-7s  ", at);
    style_put(style, out, TINT_STRONG, finding->rule);
    if (*field)
        text_puts(out, "  ");
    style_put(style, out, TINT_FAINT, field);
    text_putc(out, '\n');
    wrap_fill(out, ' ', MESSAGE);
    wrap(out, style_text(style, out->arena, finding->message), MESSAGE, MESSAGE, WIDTH);
    text_putc(out, '\n');
    put_fix(out, style, finding->fix);
}

static void put_patch(struct text *out, const struct style *style, const struct patch *patch)
{
    struct text labels = text_new(out->arena);

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
    wrap_fill(out, ' ', MESSAGE - 8);
    wrap(out, style_text(style, out->arena, text_string(&labels)), MESSAGE, MESSAGE, WIDTH);
    text_putc(out, '\n');
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
