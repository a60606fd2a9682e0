/* SPDX-License-Identifier: Apache-2.0 */
/* The rules, as their rows in rules/ tell them. */
#include "admission/policy.h"
#include "cli/commands.h"
#include "cli/start.h"
#include "core/nearest.h"
#include "core/wrap.h"
#include "rules/rule.h"

enum {
    WIDTH = 80,
    SUMMARY = 36, /* column of the summaries: the longest names have 25 letters */
};

struct settings {
    bool markdown, schema;
};

static const struct option options[] = {
    {.name = "markdown",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct settings, markdown),
     .help = "Write the reference of all rules as Markdown: the text of RULES.md."},
    {.name = "policy-schema",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct settings, schema),
     .help = "Write the JSON Schema of a policy file, for editors."},
};

static void put_family(struct text *out, const struct rule_family *family)
{
    text_printf(out, "%s\n", family->title);
    for (size_t i = 0; i < family->count; i++) {
        const struct rule *rule = &family->rules[i];

        text_printf(out, "  %-26s  %-4s  ", rule->name, level_name(rule->level));
        wrap(out, rule->summary, SUMMARY, SUMMARY, WIDTH);
        text_putc(out, '\n');
    }
}

static void put_table(struct text *out)
{
    for (size_t i = 0; i < rule_family_count; i++) {
        if (i)
            text_putc(out, '\n');
        put_family(out, rule_families[i]);
    }
}

static void put_part(struct text *out, const char *title, const char *part)
{
    text_printf(out, "\n%s\n  ", title);
    wrap(out, part, 2, 2, WIDTH);
    text_putc(out, '\n');
}

static void put_rule(struct text *out, const struct rule *rule)
{
    text_printf(out, "%s  (%s)\n\n  ", rule->name, level_name(rule->level));
    wrap(out, rule->summary, 2, 2, WIDTH);
    text_putc(out, '\n');
    put_part(out, "Why", rule->why);
    put_part(out, "Example", rule->example);
    put_part(out, "Fix", rule->fix);
}

/* Examples are pieces of manifests, and sentences where no piece could show it. */
static bool is_code(const char *example)
{
    return strchr(example, ':');
}

static void put_markdown_rule(struct text *out, const struct rule *rule)
{
    text_printf(out, "\n### `%s`\n\n**%s**: %s.\n\n%s\n", rule->name, level_name(rule->level),
                rule->summary, rule->why);
    if (is_code(rule->example))
        text_printf(out, "\n```yaml\n%s\n```\n", rule->example);
    else
        text_printf(out, "\n**Example:** %s.\n", rule->example);
    text_printf(out, "\n**Fix:** %s\n", rule->fix);
}

static void put_markdown(struct text *out)
{
    text_puts(out,
              "<!-- Written by `" PROGRAM " rules --markdown` from the rows in webhook/rules/; "
              "do not edit. -->\n# Rules\n\nA `deny` refuses the object, a `warn` is shown by "
              "kubectl and changes nothing. A policy may set another level for each.\n");
    for (size_t i = 0; i < rule_family_count; i++) {
        const struct rule_family *family = rule_families[i];

        text_printf(out, "\n## %s\n", family->title);
        for (size_t j = 0; j < family->count; j++)
            put_markdown_rule(out, &family->rules[j]);
    }
}

static int unknown(const char *name)
{
    struct nearest nearest = nearest_to(name);

    for (size_t i = 0; i < rule_count(); i++)
        nearest_offer(&nearest, rule_at(i)->name);
    if (nearest.best)
        return complain(&rules_command, "there is no rule %.60s; did you mean %s?", name,
                        nearest.best);
    return complain(&rules_command, "there is no rule %.60s; see " PROGRAM " rules", name);
}

static int show(struct arena *arena, const struct settings *settings,
                const struct option_rest *rest)
{
    struct text out = text_new(arena);

    if (settings->markdown || settings->schema) {
        if (settings->schema)
            policy_schema_write(&out);
        else
            put_markdown(&out);
        return finish(&out, EXIT_GOOD);
    }
    if (!rest->count)
        put_table(&out);
    for (size_t i = 0; i < rest->count; i++) {
        const struct rule *rule = rule_find(rest->items[i]);

        if (!rule)
            return unknown(rest->items[i]);
        if (i)
            text_putc(&out, '\n');
        put_rule(&out, rule);
    }
    return finish(&out, EXIT_GOOD);
}

static int run(int argc, char **argv)
{
    struct arena *arena = arena_new((size_t)8 << 20);
    struct settings settings;
    struct option_rest rest;
    int code;

    if (start(arena, &rules_command, argc, argv, &settings, &rest, &code))
        code = show(arena, &settings, &rest);
    arena_free(arena);
    return code;
}

const struct command rules_command = {
    .name = "rules",
    .usage = "[NAME]...",
    .summary = "List the rules, or tell why one is there and how to satisfy it",
    .help = "Lists the rules with their levels. With a name: what happens on the cluster without "
            "the rule, an example that breaks it, and the fix.",
    .example = PROGRAM " rules\n" PROGRAM " rules worker-without-replica",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
