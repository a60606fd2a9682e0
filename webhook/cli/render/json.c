/* SPDX-License-Identifier: Apache-2.0 */
/* -o json: compact, one document for all files. A number that nobody can know is null. */
#include "cli/manifest/locate.h"
#include "cli/render/render.h"
#include "cli/render/shares.h"

static void put_key(struct text *out, const char *name)
{
    text_putc(out, ',');
    text_json_key(out, name);
}

static void put_string(struct text *out, const char *name, const char *value)
{
    put_key(out, name);
    text_json(out, value);
}

static void put_number(struct text *out, const char *name, int64_t number)
{
    text_json_key(out, name);
    if (is_known(number))
        text_printf(out, "%lld", (long long)number);
    else
        text_puts(out, "null");
}

static void put_pair(struct text *out, const char *name, const char *first, int64_t first_number,
                     const char *second, int64_t second_number)
{
    put_key(out, name);
    text_putc(out, '{');
    put_number(out, first, first_number);
    text_putc(out, ',');
    put_number(out, second, second_number);
    text_putc(out, '}');
}

static void put_finding(struct text *out, const struct outcome *outcome,
                        const struct finding *finding)
{
    struct place place = locate(out->arena, outcome->manifest, finding);

    text_puts(out, "{\"rule\":");
    text_json(out, finding->rule);
    put_string(out, "level", level_name(finding->level));
    put_string(out, "field", finding->field);
    text_printf(out, ",\"line\":%u,\"column\":%u", place.line, place.column);
    put_string(out, "message", finding->message);
    put_string(out, "fix", finding->fix);
    text_putc(out, '}');
}

static void put_findings(struct text *out, const struct outcome *outcome)
{
    put_key(out, "findings");
    text_putc(out, '[');
    for (const struct finding *each = outcome->findings.first; each; each = each->next) {
        if (each != outcome->findings.first)
            text_putc(out, ',');
        put_finding(out, outcome, each);
    }
    text_putc(out, ']');
}

static void put_deployment(struct text *out, const struct placement_deployment *deployment)
{
    text_puts(out, "{\"app\":");
    text_json(out, deployment->deployment->application->name);
    put_string(out, "name", deployment->deployment->name);
    put_pair(out, "replicas", "start", deployment->wanted, "max", deployment->wanted_max);
    text_putc(out, ',');
    put_number(out, "roomFor", deployment->room);
    text_putc(out, '}');
}

static void put_placement(struct text *out, const struct placement *placement)
{
    put_key(out, "placement");
    if (!placement) {
        text_puts(out, "null");
        return;
    }
    text_puts(out, "{\"verdict\":");
    text_json(out, verdict_name(placement->verdict));
    put_pair(out, "workers", "min", placement->workers_start, "max", placement->workers_max);
    put_pair(out, "withoutReplica", "atLeast", placement->without_at_least, "atMost",
             placement->without_at_most);
    put_key(out, "deployments");
    text_putc(out, '[');
    for (size_t i = 0; i < placement->deployment_count; i++) {
        if (i)
            text_putc(out, ',');
        put_deployment(out, &placement->deployments[i]);
    }
    text_puts(out, "]}");
}

static void put_object(struct text *out, const struct style *style, const struct outcome *outcome,
                       const struct summary *before)
{
    const char *version = outcome->service->ray_version;

    (void)style;
    text_puts(out, before->objects ? ",\n{\"file\":" : "\n{\"file\":");
    text_json(out, outcome->manifest->file);
    text_printf(out, ",\"line\":%u", outcome->manifest->line);
    put_string(out, "namespace", outcome->namespace);
    put_string(out, "name", outcome->name);
    put_string(out, "rayVersion", *version ? version : NULL);
    put_key(out, "allowed");
    text_puts(out, outcome->allowed ? "true" : "false");
    put_findings(out, outcome);
    put_key(out, "patch");
    patch_write(out, outcome->patch);
    put_placement(out, outcome->placement);
    text_putc(out, '}');
}

static void begin(struct text *out)
{
    text_puts(out, "{\"objects\":[");
}

static void end(struct text *out, const struct style *style, const struct summary *summary)
{
    (void)style;
    text_printf(out, "],\n\"summary\":{\"objects\":%zu,\"denied\":%zu,\"warned\":%zu}}\n",
                summary->objects, summary->denied, summary->warned);
}

const struct renderer json_renderer = {
    .name = "json", .begin = begin, .object = put_object, .end = end};
