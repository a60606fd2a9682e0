/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JUnit's XML, as Jenkins and GitLab read it: an object is a test suite of one test, which fails if
 * it is denied; warnings are its output.
 */
#include "cli/render/remark.h"
#include "cli/render/render.h"

static void begin(struct text *out)
{
    text_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                   "<testsuites name=\"rayservice-webhook check\">\n");
}

static void put_attribute(struct text *out, const char *name, const char *value)
{
    text_printf(out, " %s=\"", name);
    text_html(out, remark_file(out->arena, value));
    text_putc(out, '"');
}

static void open_test(struct text *out, const char *file, const char *name, bool failure,
                      bool error)
{
    text_puts(out, "<testsuite");
    put_attribute(out, "name", file);
    text_printf(out, " tests=\"1\" failures=\"%d\" errors=\"%d\">\n<testcase", failure, error);
    put_attribute(out, "classname", file);
    put_attribute(out, "name", name);
    put_attribute(out, "file", file);
}

static void put_line(struct text *out, const struct outcome *outcome, const struct finding *finding)
{
    struct remark remark = remark_of(out->arena, outcome, finding);

    text_html(out, arena_printf(out->arena, "%s:%u:%u: %s: %s",
                                remark_file(out->arena, outcome->manifest->file), remark.line,
                                remark.column, finding->rule, remark.text));
    text_putc(out, '\n');
}

/* One element for all findings of the level; its message is the first of them. */
static void put_findings(struct text *out, const struct outcome *outcome, enum level level,
                         const char *element)
{
    bool open = false;

    for (const struct finding *each = outcome->findings.first; each; each = each->next) {
        if (each->level != level)
            continue;
        if (!open && level == LEVEL_DENY) {
            text_printf(out, "<%s", element);
            put_attribute(out, "type", each->rule);
            put_attribute(out, "message", remark_of(out->arena, outcome, each).text);
            text_putc(out, '>');
        } else if (!open) {
            text_printf(out, "<%s>", element);
        }
        open = true;
        put_line(out, outcome, each);
    }
    if (open)
        text_printf(out, "</%s>\n", element);
}

static void put_object(struct text *out, const struct style *style, const struct outcome *outcome,
                       const struct summary *before)
{
    const char *name = arena_printf(out->arena, "%s/%s", outcome->namespace, outcome->name);

    (void)style;
    (void)before;
    open_test(out, outcome->manifest->file, name, !outcome->allowed, false);
    text_printf(out, " line=\"%u\">\n", outcome->manifest->line);
    put_findings(out, outcome, LEVEL_DENY, "failure");
    put_findings(out, outcome, LEVEL_WARN, "system-out");
    text_puts(out, "</testcase>\n</testsuite>\n");
}

static void put_trouble(struct text *out, const char *file, const struct problem *problem)
{
    const char *place = "";

    if (problem->line)
        place = arena_printf(out->arena, "%u:%u: ", problem->line, problem->column);
    open_test(out, file, "can be checked", false, true);
    text_puts(out, ">\n<error");
    put_attribute(out, "message", arena_printf(out->arena, "%s%s", place, problem->message));
    text_puts(out, "/>\n</testcase>\n</testsuite>\n");
}

static void end(struct text *out, const struct style *style, const struct summary *summary)
{
    (void)style;
    (void)summary;
    text_puts(out, "</testsuites>\n");
}

const struct renderer junit_renderer = {
    .name = "junit", .begin = begin, .object = put_object, .trouble = put_trouble, .end = end};
