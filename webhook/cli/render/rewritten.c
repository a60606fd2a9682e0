/* SPDX-License-Identifier: Apache-2.0 */
/* -o yaml and -o diff: files with what would be injected. What was found goes to stderr. */
#include "cli/render/remark.h"
#include "cli/render/render.h"
#include "cli/render/unified.h"

static void begin(struct text *out)
{
    (void)out;
}

/* As compilers write it, and editors read it. */
static void put_object(struct text *out, const struct style *style, const struct outcome *outcome,
                       const struct summary *before)
{
    (void)style;
    (void)before;
    for (const struct finding *each = outcome->findings.first; each; each = each->next) {
        struct remark remark = remark_of(out->arena, outcome, each);

        text_printf(out, "%s:%u:%u: %s: %s: %s\n", remark_file(out->arena, outcome->manifest->file),
                    remark.line, remark.column, level_name(each->level), each->rule, remark.text);
    }
}

/* Several files are one stream of documents. A file's end stays as it is, for a text without a line
 * break at its end may mean another than one with it. */
static void put_yaml(struct text *out, const struct style *style, const struct rewritten *file,
                     char before)
{
    (void)style;
    if (before)
        text_puts(out, before == '\n' ? "---\n" : "\n---\n");
    text_put(out, file->after);
}

static void put_diff(struct text *out, const struct style *style, const struct rewritten *file,
                     char before)
{
    (void)before;
    unified_put(out, style, file->file, file->before, file->edits);
}

static void end(struct text *out, const struct style *style, const struct summary *summary)
{
    text_renderer.end(out, style, summary);
}

const struct renderer yaml_renderer = {
    .name = "yaml", .begin = begin, .object = put_object, .file = put_yaml, .end = end};
const struct renderer diff_renderer = {
    .name = "diff", .begin = begin, .object = put_object, .file = put_diff, .end = end};
