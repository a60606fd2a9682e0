/* SPDX-License-Identifier: Apache-2.0 */
/* -o html: one page for a browser, to look at, to print or to attach to a build. */
#include "cli/render/html.h"

#include "cli/manifest/locate.h"
#include "cli/render/shares.h"

/* Each word beside its sign, so that nothing is said by colour alone. */
struct mood {
    const char *class, *word;
};

static struct mood mood_of(const struct outcome *outcome)
{
    if (!outcome->allowed)
        return (struct mood){"deny", "✗ denied"};
    if (findings_at(&outcome->findings, LEVEL_WARN))
        return (struct mood){"warn", "! warned"};
    return (struct mood){"good", "✓ good"};
}

static void put_title(struct text *out, const struct outcome *outcome, const struct mood *mood)
{
    const char *version = outcome->service->ray_version;

    html_put(out, "<summary><span class=\"level\">", mood->word, "</span>\n");
    html_put(out, "<h2><bdi>", outcome->namespace, "</bdi>/");
    html_put(out, "<bdi>", outcome->name, "</bdi></h2>\n");
    html_put(out, "<span class=\"more\"><code>", outcome->manifest->file, "");
    text_printf(out, ":%u</code></span>\n", outcome->manifest->line);
    if (*version)
        html_put(out, "<span class=\"more\">Ray <bdi>", version, "</bdi></span>\n");
    if (outcome->placement) {
        struct shares all = shares_of_all(outcome->placement);

        html_put(out, "<span class=\"more\">", ready_text(out->arena, &all), "</span>\n");
    }
    text_puts(out, "</summary>\n");
}

static void put_finding(struct text *out, const struct outcome *outcome,
                        const struct finding *finding)
{
    struct place place = locate(out->arena, outcome->manifest, finding);
    bool deny = finding->level == LEVEL_DENY;

    text_printf(out, "<tr><th scope=\"row\" class=\"level %s\">%s %s</th>", deny ? "deny" : "warn",
                deny ? "✗" : "!", level_name(finding->level));
    text_printf(out, "<td class=\"place\"><code>%u:%u</code></td>", place.line, place.column);
    html_put(out, "<td><strong>", finding->rule, "</strong>\n");
    html_put(out, "<code class=\"field\">", finding->field, "</code>");
    html_put(out, "<br>", finding->message, "");
    if (*finding->fix)
        html_put(out, "<br><span class=\"fix\">", finding->fix, "</span>");
    text_puts(out, "</td></tr>\n");
}

static void put_findings(struct text *out, const struct outcome *outcome)
{
    if (!outcome->findings.first)
        return;
    text_puts(out, "<table class=\"findings\">\n<caption>Findings</caption>\n<thead><tr>"
                   "<th scope=\"col\">Level</th><th scope=\"col\">Line:column</th>"
                   "<th scope=\"col\">What, and what to write instead</th></tr></thead>\n"
                   "<tbody>\n");
    for (const struct finding *each = outcome->findings.first; each; each = each->next)
        put_finding(out, outcome, each);
    text_puts(out, "</tbody>\n</table>\n");
}

/* The annotation that records the injection has no label. */
static void put_patch(struct text *out, const struct patch *patch)
{
    if (!patch->first)
        return;
    text_puts(out, "<table class=\"patch\">\n<caption>Injected</caption>\n<thead><tr>"
                   "<th scope=\"col\">What</th><th scope=\"col\">Where</th></tr></thead>\n"
                   "<tbody>\n");
    for (const struct patch_op *op = patch->first; op; op = op->next) {
        const char *label = op->label && *op->label ? op->label : "record of it";

        html_put(out, "<tr><th scope=\"row\"><bdi>", label, "</bdi></th>");
        html_put(out, "<td><code>", op->pointer, "</code></td></tr>\n");
    }
    text_puts(out, "</tbody>\n</table>\n");
}

static void put_object(struct text *out, const struct style *style, const struct outcome *outcome,
                       const struct summary *before)
{
    struct mood mood = mood_of(outcome);
    bool remarkable = outcome->findings.count > 0;

    (void)style;
    text_printf(out, "<article class=\"object %s\" id=\"object-%zu\">\n<details%s>\n", mood.class,
                before->objects + 1, remarkable ? " open" : "");
    put_title(out, outcome, &mood);
    text_puts(out, "<div class=\"body\">\n");
    if (outcome->placement)
        html_workers(out, outcome->placement);
    put_findings(out, outcome);
    if (outcome->placement)
        html_deployments(out, outcome->placement);
    put_patch(out, outcome->patch);
    text_puts(out, "</div>\n</details>\n</article>\n");
}

const struct renderer html_renderer = {
    .name = "html", .begin = html_begin, .object = put_object, .end = html_end};
