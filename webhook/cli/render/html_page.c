/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page around the objects. It has no script, and its policy allows none. The summary is known
 * last but wanted first: the style sheet moves it up.
 */
#include "cli/render/html.h"

static const char *const style_sheet[] = {
    ":root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#1b1f24;--soft:#57606a;",
    "--line:#d4d9df;--deny:#b3261e;--warn:#8a5300;--good:#1a6b3c;--full:#2f855a;--maybe:#b7791f}\n",
    "@media (prefers-color-scheme:dark){:root{--page:#111418;--card:#1a1e24;--ink:#e7eaee;",
    "--soft:#a2abb6;--line:#363d47;--deny:#ff8f86;--warn:#f3c262;--good:#7fd8a0;--full:#52b788;",
    "--maybe:#e0a83c}}\n",
    "*{box-sizing:border-box}\n",
    "body{margin:0 auto;max-width:72rem;padding:1.5rem 1rem 4rem;display:flex;",
    "flex-direction:column;background:var(--page);color:var(--ink);",
    "font:1rem/1.5 system-ui,sans-serif}\n",
    "main{order:1}\n",
    "h1{margin:0;font-size:1.5rem}h2{display:inline;margin:0;font-size:1.05rem}\n",
    "p{margin:.25rem 0;color:var(--soft)}\n",
    "code{font:.875em/1.5 ui-monospace,monospace}\n",
    "bdi,code,td,h2{overflow-wrap:anywhere;unicode-bidi:isolate}\n",
    ".skip{position:absolute;left:-99rem}.skip:focus{position:static}\n",
    ".numbers{display:flex;flex-wrap:wrap;gap:.75rem;margin:1rem 0}\n",
    ".numbers div{flex:1 1 8rem;padding:.5rem 1rem;background:var(--card);",
    "border:1px solid var(--line);border-radius:.5rem}\n",
    ".numbers dt{color:var(--soft);font-size:.875rem}\n",
    ".numbers dd{margin:0;font-size:1.5rem;font-weight:600;font-variant-numeric:tabular-nums}\n",
    ".filter{margin:0 0 1rem;padding:0;border:0}.filter legend{float:left;margin-right:.75rem}\n",
    ".filter label{margin-right:.75rem;white-space:nowrap}\n",
    "@supports not selector(:has(a)){.filter{display:none}}\n",
    "body:has(#denied:checked) .object:not(.deny),body:has(#warned:checked) ",
    ".object:not(.warn),body:has(#good:checked) .object:not(.good){display:none}\n",
    ".object{margin:0 0 .5rem;background:var(--card);border:1px solid var(--line);",
    "border-left:.3rem solid var(--tint);border-radius:.5rem}\n",
    ".deny{--tint:var(--deny)}.warn{--tint:var(--warn)}.good{--tint:var(--good)}\n",
    ".level{color:var(--tint);font-weight:600;white-space:nowrap}\n",
    "summary{padding:.6rem 1rem;cursor:pointer}summary>*{margin-right:.6rem}\n",
    "summary .level{display:inline-block;min-width:5.2rem}\n",
    "summary .more{color:var(--soft);font-size:.875rem}\n",
    ".body{padding:0 1rem 1rem;overflow-x:auto}\n",
    "table{width:100%;margin-top:.75rem;border-collapse:collapse}\n",
    "caption{text-align:left;font-weight:600;padding-bottom:.25rem}\n",
    "th,td{padding:.35rem .75rem .35rem 0;text-align:left;vertical-align:top;",
    "border-top:1px solid var(--line)}\n",
    "thead th{border:0;color:var(--soft);font-size:.8125rem;font-weight:400;",
    "padding-block:0 .2rem}\n",
    "th[scope=row]{font-weight:500}th[scope=row]:first-child{min-width:5rem}\n",
    ".workers{table-layout:fixed;min-width:34rem}.workers th:nth-child(1){width:26%}",
    ".workers th:nth-child(2){width:22%}.workers th:nth-child(4){width:18%}\n",
    ".deployments .number{padding-right:2rem}\n",
    ".number{text-align:right;font-variant-numeric:tabular-nums}\n",
    ".place{white-space:nowrap}\n",
    ".off,.off *{color:var(--soft)}.field{color:var(--soft)}\n",
    ".fix{color:var(--good)}.fix::before{content:\"→ \"}\n",
    ".boxes{display:flex;flex-wrap:wrap;gap:.2rem;max-width:24rem;padding-top:.25rem}\n",
    ".boxes i,.bar b{--c:var(--soft);border:.125rem solid var(--c);border-radius:.2rem;",
    "print-color-adjust:exact;-webkit-print-color-adjust:exact}\n",
    ".boxes i{display:flex;align-items:center;justify-content:center;width:1rem;height:1rem;",
    "font:700 .7rem/1 system-ui,sans-serif}\n",
    ".bar{display:flex;gap:.2rem;max-width:24rem}\n",
    ".bar b{flex:1 0 auto;padding:0 .4rem;font-size:.8125rem;white-space:nowrap;",
    "background:var(--card)}\n",
    ".boxes .full,.bar .full{--c:var(--full)}.boxes .maybe,.bar .maybe{--c:var(--maybe)}\n",
    ".boxes .none,.bar .none{--c:var(--warn);border-style:dashed}\n",
    ".boxes .never,.bar .never{--c:var(--deny);color:var(--deny)}\n",
    ".bar .full{background:var(--full);color:var(--card)}.bar .maybe{border-left-width:.6rem}\n",
    ".boxes .full{background:var(--full)}\n",
    ".boxes .maybe{background:linear-gradient(90deg,var(--maybe) 50%,transparent 50%)}\n",
    ".legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:0 0 1rem;padding:0;",
    "list-style:none;color:var(--soft);font-size:.875rem}\n",
    ".legend .boxes{display:inline-flex;vertical-align:middle;margin-right:.4rem;padding:0}\n",
    "@media (max-width:40rem){.workers{min-width:0}.findings tr{display:block;padding:.35rem 0;",
    "border-top:1px solid var(--line)}.findings thead{display:none}",
    ".findings th,.findings td{border:0;padding:0 .75rem 0 0}",
    ".findings td:last-child{display:block}}\n",
    "@media print{:root{color-scheme:light;--page:#fff;--card:#fff;--ink:#000;--soft:#444;",
    "--line:#bbb;--deny:#b3261e;--warn:#8a5300;--good:#1a6b3c;--full:#2f855a;--maybe:#b7791f}",
    "body{max-width:none;padding:0;font-size:10pt}.filter,.skip{display:none}",
    "tr,summary{break-inside:avoid}summary{break-after:avoid}}\n",
};

static const char before[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" "
    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    "<title>RayServices, checked by rayservice-webhook</title>\n<style>\n";

static const char header[] =
    "</style>\n</head>\n<body>\n<header>\n"
    "<a class=\"skip\" href=\"#summary\">Summary</a>\n"
    "<h1>RayServices, checked</h1>\n"
    "<p>What rayservice-webhook would say if they were created.</p>\n</header>\n<main>\n";

static const char legend[] =
    "<ul class=\"legend\" aria-label=\"Signs in the pictures\">\n"
    "<li><span class=\"boxes\"><i class=\"full\"></i></span>worker with a replica</li>\n"
    "<li><span class=\"boxes\"><i class=\"maybe\"></i></span>nobody can know</li>\n"
    "<li><span class=\"boxes\"><i class=\"none\"></i></span>worker without one: stays "
    "unready</li>\n"
    "<li><span class=\"boxes\"><i class=\"never\">✗</i></span>replica that never starts</li>\n"
    "</ul>\n";

/* label, id of the button, class of the objects that it shows */
static const struct {
    const char *label, *id;
} filters[] = {{"all", "all"},
               {"denied", "denied"},
               {"with warnings", "warned"},
               {"without a remark", "good"}};

void html_put(struct text *out, const char *open, const char *text, const char *close)
{
    text_puts(out, open);
    text_html(out, text);
    text_puts(out, close);
}

void html_begin(struct text *out)
{
    text_puts(out, before);
    for (size_t i = 0; i < sizeof style_sheet / sizeof *style_sheet; i++)
        text_puts(out, style_sheet[i]);
    text_puts(out, header);
}

static void put_number(struct text *out, const char *what, const char *level, size_t number)
{
    text_printf(out, "<div><dt>%s</dt><dd class=\"level %s\">%zu</dd></div>\n", what,
                number ? level : "", number);
}

static void put_filter(struct text *out)
{
    text_puts(out, "<fieldset class=\"filter\">\n<legend>Show</legend>\n");
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        text_printf(out, "<label><input type=\"radio\" name=\"show\" id=\"%s\"%s> %s</label>\n",
                    filters[i].id, i ? "" : " checked", filters[i].label);
    text_puts(out, "</fieldset>\n");
}

void html_end(struct text *out, const struct style *style, const struct summary *summary)
{
    (void)style;
    text_puts(out, "</main>\n<section id=\"summary\" aria-label=\"Summary\">\n");
    if (!summary->objects)
        text_puts(out, "<p>No RayService found.</p>\n");
    text_puts(out, "<dl class=\"numbers\">\n");
    put_number(out, "RayServices", "", summary->objects);
    put_number(out, "denied", "deny", summary->denied);
    put_number(out, "with warnings", "warn", summary->warned);
    put_number(out, "without a remark", "good",
               summary->objects - summary->denied - summary->warned);
    text_puts(out, "</dl>\n");
    if (summary->objects > 1)
        put_filter(out);
    text_puts(out, summary->objects ? legend : "");
    text_puts(out, "</section>\n</body>\n</html>\n");
}
