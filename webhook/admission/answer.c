/* SPDX-License-Identifier: Apache-2.0 */
#include "admission/answer.h"

#include "core/plain.h"
#include "rules/rule.h"

enum {
    MOST_CAUSES = 20,
    MOST_WARNINGS = 10,
    LONGEST_WARNING = 256, /* the API server cuts there once all of them pass 4,096 characters */
    LONGEST_CAUSE = 1024,
};

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

void answer_sentence(struct text *out, const struct finding *finding)
{
    text_puts(out, finding->message);
    if (!*finding->fix)
        return;
    text_puts(out, ". ");
    text_putc(out, upper(finding->fix[0]));
    text_puts(out, finding->fix + 1);
}

static void write_plain(struct text *out, struct arena *arena, const char *string, size_t limit)
{
    struct text plain = text_new(arena);

    text_plain(&plain, bytes_of(string), limit);
    text_json_bytes(out, text_bytes(&plain));
}

static void write_warning(struct text *out, struct arena *arena, const struct finding *finding)
{
    struct text line = text_new(arena);

    text_printf(&line, "%s: ", finding->rule);
    answer_sentence(&line, finding);
    write_plain(out, arena, text_string(&line), LONGEST_WARNING);
}

static void write_warnings(struct text *out, struct arena *arena, const struct verdict *verdict)
{
    size_t count = findings_at(&verdict->findings, LEVEL_WARN), written = 0;

    if (!count)
        return;
    text_puts(out, ",\"warnings\":[");
    for (const struct finding *each = verdict->findings.first; each; each = each->next) {
        if (each->level != LEVEL_WARN)
            continue;
        if (written)
            text_putc(out, ',');
        if (written + 1 == MOST_WARNINGS && count > MOST_WARNINGS) {
            text_printf(out, "\"and %zu more warnings\"", count - written);
            break;
        }
        write_warning(out, arena, each);
        written++;
    }
    text_putc(out, ']');
}

static void write_cause(struct text *out, struct arena *arena, const char *field,
                        const char *message)
{
    text_puts(out, "{\"reason\":\"FieldValueInvalid\",\"message\":");
    write_plain(out, arena, message, LONGEST_CAUSE);
    text_puts(out, ",\"field\":");
    text_json(out, field);
    text_putc(out, '}');
}

static const char *cause_message(struct arena *arena, const struct finding *finding)
{
    struct text line = text_new(arena);

    text_printf(&line, "%s: ", finding->rule);
    if (finding->line)
        text_printf(&line, "line %u, column %u: ", finding->line, finding->column);
    answer_sentence(&line, finding);
    return text_string(&line);
}

/* The findings are sorted: denials come first. */
static void write_causes(struct text *out, struct arena *arena, const struct verdict *verdict)
{
    size_t count = findings_at(&verdict->findings, LEVEL_DENY), written = 0;

    for (const struct finding *each = verdict->findings.first; written < count;
         each = each->next, written++) {
        if (written)
            text_putc(out, ',');
        if (written == MOST_CAUSES) {
            write_cause(out, arena, "spec", arena_printf(arena, "and %zu more", count - written));
            return;
        }
        write_cause(out, arena, each->field, cause_message(arena, each));
    }
}

/* Invalid with details and causes: of all forms the one that kubectl shows whole. */
static void write_status(struct text *out, struct arena *arena, const struct verdict *verdict)
{
    const struct finding *first = verdict->findings.first;

    text_puts(
        out,
        ",\"status\":{\"status\":\"Failure\",\"code\":422,\"reason\":\"Invalid\",\"message\":");
    write_plain(out, arena,
                arena_printf(arena, "%s: %s", first->field, cause_message(arena, first)),
                LONGEST_CAUSE);
    text_puts(out, ",\"details\":{\"name\":");
    text_json(out, verdict->name);
    text_puts(out, ",\"group\":\"ray.io\",\"kind\":\"RayService\",\"causes\":[");
    write_causes(out, arena, verdict);
    text_puts(out, "]}}");
}

static void write_patch(struct text *out, struct arena *arena, const struct patch *patch)
{
    struct text plain = text_new(arena);

    if (!patch->count)
        return;
    patch_write(&plain, patch);
    text_puts(out, ",\"patchType\":\"JSONPatch\",\"patch\":\"");
    text_base64(out, text_bytes(&plain));
    text_putc(out, '"');
}

/* Each rule once, in the order of the findings. */
static void write_rules(struct text *out, struct arena *arena, const struct findings *findings)
{
    bool *seen = arena_array(arena, rule_count(), sizeof *seen);

    for (const struct finding *each = findings->first; seen && each; each = each->next) {
        if (seen[each->order])
            continue;
        seen[each->order] = true;
        if (out->size)
            text_putc(out, ',');
        text_puts(out, each->rule);
    }
}

static void write_injected(struct text *out, const struct patch *patch)
{
    bool first = true;

    for (const struct patch_op *op = patch->first; op; op = op->next) {
        if (!*op->label)
            continue;
        if (!first)
            text_puts(out, ", ");
        text_puts(out, op->label);
        first = false;
    }
}

/* What nobody is told, by what it would weigh. */
static const struct {
    const char *key;
    enum level due;
} unsaid[] = {
    {"would-deny", LEVEL_DENY},
    {"would-warn", LEVEL_WARN},
    {"audited", LEVEL_AUDIT},
};

static bool is_unsaid(const struct finding *finding, enum level due)
{
    return finding->due == due && (finding->level < due || finding->level == LEVEL_AUDIT);
}

/* As kubectl would have shown it: a line for each. */
static void put_unsaid(struct text *lines, const struct findings *findings, enum level due)
{
    size_t count = 0;

    for (const struct finding *each = findings->first; each; each = each->next) {
        if (!is_unsaid(each, due) || ++count > MOST_WARNINGS)
            continue;
        text_printf(lines, "%s%s: ", lines->size ? "\n" : "", each->field);
        text_plain(lines, bytes_of(cause_message(findings->arena, each)), LONGEST_CAUSE);
    }
    if (count > MOST_WARNINGS)
        text_printf(lines, "\nand %zu more", count - MOST_WARNINGS);
}

static void write_unsaid(struct text *out, struct arena *arena, const struct findings *findings)
{
    for (size_t i = 0; i < sizeof unsaid / sizeof *unsaid; i++) {
        struct text lines = text_new(arena);

        put_unsaid(&lines, findings, unsaid[i].due);
        if (!lines.size)
            continue;
        text_putc(out, ',');
        text_json_key(out, unsaid[i].key);
        text_json_bytes(out, text_bytes(&lines));
    }
}

/* Keys without a slash: the API server puts the webhook's name and one in front. */
static void write_audit(struct text *out, struct arena *arena, const struct verdict *verdict)
{
    struct text rules = text_new(arena), injected = text_new(arena);

    write_rules(&rules, arena, &verdict->findings);
    write_injected(&injected, &verdict->patch);
    text_puts(out, ",\"auditAnnotations\":{\"decision\":");
    text_json(out, verdict->allowed ? "allowed" : "denied");
    if (rules.size) {
        text_puts(out, ",\"rules\":");
        text_json(out, text_string(&rules));
    }
    if (injected.size) {
        text_puts(out, ",\"injected\":");
        write_plain(out, arena, text_string(&injected), 1024);
    }
    if (*verdict->would_inject) {
        text_puts(out, ",\"would-inject\":");
        write_plain(out, arena, verdict->would_inject, 1024);
    }
    write_unsaid(out, arena, &verdict->findings);
    text_putc(out, '}');
}

struct bytes answer_write(struct arena *arena, const struct verdict *verdict)
{
    struct text out = text_new(arena);

    text_puts(&out, "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\","
                    "\"response\":{\"uid\":");
    text_json(&out, verdict->uid);
    text_puts(&out, verdict->allowed ? ",\"allowed\":true" : ",\"allowed\":false");
    write_patch(&out, arena, &verdict->patch);
    if (!verdict->allowed)
        write_status(&out, arena, verdict);
    write_warnings(&out, arena, verdict);
    if (verdict->reviewed)
        write_audit(&out, arena, verdict);
    text_puts(&out, "}}");
    return text_bytes(&out);
}
