/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SARIF 2.1.0, as code scanning reads it: all rules, and a result a finding. Source: OASIS, Static
 * Analysis Results Interchange Format, 3.14 (run), 3.27 (result), 3.49 (reportingDescriptor).
 */
#include "cli/files.h"
#include "cli/render/remark.h"
#include "cli/render/render.h"
#include "rules/rule.h"

static void put_text(struct text *out, const char *name, const char *text)
{
    text_putc(out, ',');
    text_json_key(out, name);
    text_puts(out, "{\"text\":");
    text_json(out, text);
    text_putc(out, '}');
}

static const char *level(bool deny)
{
    return deny ? "error" : "warning";
}

static void put_rule(struct text *out, const struct rule *rule)
{
    text_puts(out, "{\"id\":");
    text_json(out, rule->name);
    put_text(out, "shortDescription", rule->summary);
    put_text(out, "fullDescription", rule->why);
    put_text(out, "help", arena_printf(out->arena, "%s\n\n%s", rule->why, rule->fix));
    text_printf(out, ",\"defaultConfiguration\":{\"level\":\"%s\"}}",
                level(rule->level == LEVEL_DENY));
}

static void begin(struct text *out)
{
    text_puts(out, "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\","
                   "\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{"
                   "\"name\":\"rayservice-webhook\",\"version\":\"" BUILD_VERSION "\","
                   "\"rules\":[\n");
    for (size_t i = 0; i < rule_count(); i++) {
        text_puts(out, i ? ",\n" : "");
        put_rule(out, rule_at(i));
    }
    text_puts(out, "]}},\"columnKind\":\"unicodeCodePoints\",\"results\":[");
}

/* A relative reference of RFC 3986, or a file: URI; what is not plainly a path is percent-encoded.
 */
static void put_uri(struct text *out, const char *file)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-._~/";

    text_puts(out, *file == '/' ? "\"file://" : "\"");
    for (; *file; file++) {
        if (strchr(plain, *file))
            text_putc(out, *file);
        else
            text_printf(out, "%%%02X", (unsigned char)*file);
    }
    text_putc(out, '"');
}

static void put_location(struct text *out, const char *file, const struct remark *remark,
                         const char *field)
{
    text_puts(out, ",\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":");
    put_uri(out, strcmp(file, FILES_STDIN) == 0 ? "stdin" : file);
    text_printf(out, "},\"region\":{\"startLine\":%u,\"startColumn\":%u}}", remark->line,
                remark->column);
    text_puts(out, ",\"logicalLocations\":[{\"fullyQualifiedName\":");
    text_json(out, remark_file(out->arena, field));
    text_puts(out, "}]}]");
}

static void put_result(struct text *out, const struct outcome *outcome,
                       const struct finding *finding)
{
    struct remark remark = remark_of(out->arena, outcome, finding);
    const char *name = arena_printf(out->arena, "%s/%s", outcome->namespace, outcome->name);

    text_puts(out, "\n{\"ruleId\":");
    text_json(out, finding->rule);
    text_printf(out, ",\"ruleIndex\":%u,\"level\":\"%s\"", finding->order, level(remark.deny));
    put_text(out, "message",
             arena_printf(out->arena, "%s: %s", remark_file(out->arena, name), remark.text));
    put_location(out, outcome->manifest->file, &remark, finding->field);
    text_putc(out, '}');
}

static void put_object(struct text *out, const struct style *style, const struct outcome *outcome,
                       const struct summary *before)
{
    (void)style;
    for (const struct finding *each = outcome->findings.first; each; each = each->next) {
        if (each != outcome->findings.first || before->findings)
            text_putc(out, ',');
        put_result(out, outcome, each);
    }
}

static void end(struct text *out, const struct style *style, const struct summary *summary)
{
    (void)style;
    text_printf(out, "],\"invocations\":[{\"executionSuccessful\":%s}]}]}\n",
                summary->troubled ? "false" : "true");
}

const struct renderer sarif_renderer = {
    .name = "sarif", .begin = begin, .object = put_object, .end = end};
