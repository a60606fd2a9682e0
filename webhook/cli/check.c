/* SPDX-License-Identifier: Apache-2.0 */
/* Says what the webhook would say about manifests, without a cluster. */
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/manifest/manifest.h"
#include "cli/policy.h"
#include "cli/render/render.h"
#include "cli/start.h"

#include <stdio.h>

struct settings {
    const char *output;
    bool strict;
    struct policy_flags policy;
};

static const struct option options[] = {
    {.name = "output",
     .letter = 'o',
     .kind = OPTION_CHOICE,
     .offset = offsetof(struct settings, output),
     .argument = "FORMAT",
     .standard = "text",
     .choices = "text|json|yaml|diff|html|github|sarif|junit",
     .help = "How to write what was found: text for people, json for programs, html as one page "
             "for a browser; github as annotations of a pull request, sarif for code scanning, "
             "junit as a report of tests. Or the files with what would be injected, as yaml or "
             "as a diff for `git apply`; what was found goes to stderr then."},
    {.name = "strict",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct settings, strict),
     .help = "Exit with 1 for a warning too."},
    POLICY_OPTIONS(offsetof(struct settings, policy)),
};

static const struct renderer *const renderers[] = {
    &text_renderer,  &json_renderer,  &html_renderer, &github_renderer,
    &sarif_renderer, &junit_renderer, &yaml_renderer, &diff_renderer};

struct check {
    struct arena *arena; /* of one object: reset before each */
    const struct policy *policy;
    const struct renderer *renderer;
    struct style style;
    struct summary summary;
    struct rewrite *rewrite; /* of the file, for a renderer of files */
    char last_byte;          /* of the file before; 0: there is none */
};

/* What was found. */
static void write_out(struct check *check, struct text *out)
{
    if (check->renderer->file)
        (void)fprintf(stderr, "%s", text_string(out));
    else if (finish(out, EXIT_GOOD) != EXIT_GOOD)
        check->summary.troubled = true;
}

static void render_trouble(struct check *check, const char *file, const struct problem *problem)
{
    struct text out;

    if (!check->renderer->trouble)
        return;
    arena_reset(check->arena);
    out = text_new(check->arena);
    check->renderer->trouble(&out, file, problem);
    (void)finish(&out, EXIT_TROUBLE);
}

static void say_trouble(void *context, const char *file, const struct problem *problem)
{
    struct check *check = context;

    check->summary.troubled = true;
    render_trouble(check, file, problem);
    if (problem->line)
        (void)fprintf(stderr, "%s:%u:%u: %s\n", file, problem->line, problem->column,
                      problem->message);
    else
        (void)fprintf(stderr, "%s: %s\n", file, problem->message);
}

static void count(struct summary *summary, const struct outcome *outcome)
{
    summary->objects++;
    summary->findings += outcome->findings.count;
    if (!outcome->allowed)
        summary->denied++;
    else if (findings_at(&outcome->findings, LEVEL_WARN))
        summary->warned++;
}

static void check_object(void *context, const struct manifest *manifest)
{
    struct check *check = context;
    struct outcome outcome;
    struct problem problem;
    struct text out;

    arena_reset(check->arena);
    out = text_new(check->arena);
    if (!outcome_of(check->arena, check->policy, manifest, &outcome, &problem)) {
        if (check->rewrite)
            rewrite_object(check->rewrite, manifest, NULL);
        say_trouble(check, manifest->file, &problem);
        return;
    }
    check->renderer->object(&out, &check->style, &outcome, &check->summary);
    count(&check->summary, &outcome);
    if (check->rewrite)
        rewrite_object(check->rewrite, manifest, outcome.patch);
    write_out(check, &out);
}

static void write_file(struct check *check, const struct manifest_sink *sink)
{
    struct rewritten file = rewrite_finish(check->rewrite, sink);
    struct text out;

    arena_reset(check->arena);
    out = text_new(check->arena);
    check->renderer->file(&out, &check->style, &file, check->last_byte);
    check->last_byte = file.after.size ? file.after.data[file.after.size - 1] : check->last_byte;
    if (finish(&out, EXIT_GOOD) != EXIT_GOOD)
        check->summary.troubled = true;
}

static void check_file(void *context, const char *name, struct bytes text)
{
    const struct manifest_sink sink = {
        .context = context, .object = check_object, .trouble = say_trouble};
    struct check *check = context;
    struct problem problem;

    check->rewrite = check->renderer->file ? rewrite_new(name, text) : NULL;
    manifests_read(name, text, &sink);
    if (check->rewrite) {
        write_file(check, &sink);
    } else if (check->renderer->file) {
        problem_set(&problem, 0, 0, "out of memory");
        say_trouble(check, name, &problem);
    }
    rewrite_free(check->rewrite);
    check->rewrite = NULL;
}

static int exit_code(const struct check *check, bool strict)
{
    if (check->summary.troubled)
        return EXIT_TROUBLE;
    if (check->summary.denied || (strict && check->summary.warned))
        return EXIT_DENIED;
    return EXIT_GOOD;
}

static int check_all(struct check *check, bool strict, const struct option_rest *rest)
{
    const struct file_sink sink = {.context = check, .file = check_file, .trouble = say_trouble};
    struct text out = text_new(check->arena);

    check->renderer->begin(&out);
    if (finish(&out, EXIT_GOOD) != EXIT_GOOD)
        return EXIT_TROUBLE;
    for (size_t i = 0; i < rest->count; i++)
        files_read(rest->items[i], &sink);
    arena_reset(check->arena);
    out = text_new(check->arena);
    check->renderer->end(&out, &check->style, &check->summary);
    write_out(check, &out);
    return exit_code(check, strict);
}

static const struct renderer *find_renderer(const char *name)
{
    for (size_t i = 0; i < sizeof renderers / sizeof *renderers; i++) {
        if (strcmp(renderers[i]->name, name) == 0)
            return renderers[i];
    }
    return &text_renderer;
}

static int run(int argc, char **argv)
{
    /* Both stages, and the object before and after the patch. */
    struct arena *arena = arena_new(3 * ADMIT_ARENA_LIMIT);
    struct check check = {.arena = arena, .style = style_of_stdout()};
    struct chosen_policy chosen = {0};
    struct settings settings;
    struct option_rest rest;
    int code;

    if (start(arena, &check_command, argc, argv, &settings, &rest, &code)) {
        check.renderer = find_renderer(settings.output);
        check.policy = &chosen.policy;
        if (!rest.count)
            code = complain(&check_command, "name a file, a directory, or - for stdin");
        else if (choose_policy(&check_command, &settings.policy, &chosen, &code))
            code = check_all(&check, settings.strict, &rest);
    }
    arena_free(chosen.arena);
    arena_free(arena);
    return code;
}

const struct command check_command = {
    .name = "check",
    .usage = "FILE|DIR|- ...",
    .summary = "Say what the webhook would say about manifests, without a cluster",
    .help =
        "Reads Kubernetes manifests and answers for each RayService in them as the webhook would "
        "if it was created: what would be denied, warned about and injected, with line and "
        "column. Directories are searched for *.yaml, *.yml and *.json.\n"
        "\n"
        "In the picture of the workers, ■ gets a Serve replica, □ gets none and stays unready, "
        "for ◧ nobody can know, and ✗ is a replica that never starts.\n"
        "\n"
        "Exits with 0 if nothing would be denied, 1 if something would, 2 if something could not "
        "be read.",
    .example = PROGRAM " check ray-service.yaml\n" PROGRAM
                       " check --strict -o json deploy/ | jq .summary\n" PROGRAM
                       " check -o diff deploy/ | git apply\n"
                       "kubectl get rayservice -A -o yaml | " PROGRAM " check -",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
