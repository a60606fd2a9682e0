/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands of GitHub's workflows, one a line: each finding is shown in the pull request, at its
 * place. Source: github.com/actions/toolkit, packages/core/src/command.ts, which escapes so.
 */
#include "cli/files.h"
#include "cli/render/remark.h"
#include "cli/render/render.h"

static void begin(struct text *out)
{
    (void)out;
}

/* Of a property: one more than of the text behind it. */
static void put_escaped(struct text *out, const char *text, bool property)
{
    const char *special = property ? "%\r\n:," : "%\r\n";

    for (; *text; text++) {
        if (strchr(special, *text))
            text_printf(out, "%%%02X", (unsigned char)*text);
        else
            text_putc(out, *text);
    }
}

static void put_command(struct text *out, bool error, const char *file, unsigned line,
                        unsigned column, const char *title)
{
    text_puts(out, error ? "::error title=" : "::warning title=");
    put_escaped(out, title, true);
    /* What came through a pipe has no place that GitHub could show. */
    if (strcmp(file, FILES_STDIN) == 0)
        return;
    text_puts(out, ",file=");
    put_escaped(out, remark_file(out->arena, file), true);
    if (line)
        text_printf(out, ",line=%u,col=%u", line, column);
}

static void put_object(struct text *out, const struct style *style, const struct outcome *outcome,
                       const struct summary *before)
{
    const char *name = arena_printf(out->arena, "%s/%s", outcome->namespace, outcome->name);

    (void)style;
    (void)before;
    for (const struct finding *each = outcome->findings.first; each; each = each->next) {
        struct remark remark = remark_of(out->arena, outcome, each);

        put_command(out, remark.deny, outcome->manifest->file, remark.line, remark.column,
                    each->rule);
        text_puts(out, "::");
        put_escaped(out, remark_file(out->arena, name), false);
        text_puts(out, ": ");
        put_escaped(out, remark.text, false);
        text_putc(out, '\n');
    }
}

static void put_trouble(struct text *out, const char *file, const struct problem *problem)
{
    put_command(out, true, file, problem->line, problem->column, "can not be checked");
    text_puts(out, "::");
    put_escaped(out, remark_file(out->arena, problem->message), false);
    text_putc(out, '\n');
}

/* For the job's log: no command begins like that. */
static void end(struct text *out, const struct style *style, const struct summary *summary)
{
    text_renderer.end(out, style, summary);
}

const struct renderer github_renderer = {
    .name = "github", .begin = begin, .object = put_object, .trouble = put_trouble, .end = end};
