/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Target functions: manifests_read(), apply_patch(), locate(), and the renderers of check, on
 * whatever a file holds. The JSON that is written must be JSON, a place must be in the file, and a
 * file with what would be injected has nothing more to get.
 */
#include "cli/manifest/locate.h"
#include "cli/render/render.h"
#include "core/json.h"
#include "fuzz/fuzz.h"

struct input {
    struct bytes text;
    struct arena *arena;
    struct rewrite *rewrite;
    bool again;    /* it is what a rewrite wrote: everything else has been tried */
    bool troubled; /* by what the rewrite could not do */
};

static void must_be_json(struct bytes text)
{
    static const struct json_limits limits = {.depth = 512, .values = 4000000};
    struct problem problem = {0};

    MUST(json_scan(text, &limits, &problem) == JSON_OK);
}

/* NULL if the text has fewer lines. */
static const char *line_start(struct bytes text, unsigned line)
{
    const char *at = text.data, *end = text.data + text.size;

    for (; line > 1 && at; line--) {
        at = memchr(at, '\n', (size_t)(end - at));
        at = at ? at + 1 : NULL;
    }
    return at;
}

static void must_be_in(struct bytes text, struct place place)
{
    const char *start = line_start(text, place.line);

    MUST(place.line > 0 && place.column > 0 && start);
    MUST(place.column <= (size_t)(text.data + text.size - start) + 1);
}

/* What others wrote begins no line, and so no command of GitHub's. */
static void must_be_commands(struct text *out)
{
    static const char error[] = "::error title=", warning[] = "::warning title=";

    (void)text_string(out);
    for (char *at = strtok(out->data, "\n\r"); at; at = strtok(NULL, "\n\r"))
        MUST(strncmp(at, error, strlen(error)) == 0 || strncmp(at, warning, strlen(warning)) == 0 ||
             strncmp(at, "1 object, ", 10) == 0);
}

static void render(const struct renderer *renderer, const struct outcome *outcome, bool unicode)
{
    const struct style style = {.colour = unicode, .unicode = unicode, .width = unicode ? 80 : 30};
    struct arena *arena = arena_new((size_t)64 << 20);
    struct text out = text_new(arena);

    renderer->begin(&out);
    renderer->object(&out, &style, outcome, &(struct summary){0});
    renderer->end(&out, &style, &(struct summary){.objects = 1});
    if (!arena_exhausted(arena) && (renderer == &json_renderer || renderer == &sarif_renderer))
        must_be_json(text_bytes(&out));
    if (!arena_exhausted(arena) && renderer == &github_renderer)
        must_be_commands(&out);
    arena_free(arena);
}

static void found(void *context, const struct manifest *manifest)
{
    struct input *input = context;
    struct outcome outcome;
    struct problem problem = {0};
    bool judged;

    arena_reset(input->arena);
    /* YAML can write a NUL, which our JSON does not take. */
    if (!memmem(manifest->json.data, manifest->json.size, "\\u0000", 6))
        must_be_json(manifest->json);
    judged = outcome_of(input->arena, &policy_default, manifest, &outcome, &problem);
    rewrite_object(input->rewrite, manifest, judged ? outcome.patch : NULL);
    if (!judged || input->again)
        return;
    for (const struct finding *each = outcome.findings.first; each; each = each->next)
        must_be_in(input->text, locate(input->arena, manifest, each));
    render(&json_renderer, &outcome, true);
    render(&sarif_renderer, &outcome, true);
    render(&github_renderer, &outcome, true);
    render(&junit_renderer, &outcome, true);
    render(&text_renderer, &outcome, true);
    render(&text_renderer, &outcome, false);
}

static void trouble(void *context, const char *file, const struct problem *problem)
{
    struct input *input = context;

    (void)file;
    input->troubled = true;
    MUST(*problem->message);
}

static void put_files(const struct rewritten *done)
{
    const struct style style = {.colour = true, .unicode = true, .width = 80};
    struct arena *arena = arena_new((size_t)256 << 20);
    struct text out = text_new(arena);

    yaml_renderer.file(&out, &style, done, '\0');
    if (!arena_exhausted(arena))
        MUST(out.size == done->after.size);
    diff_renderer.file(&out, &style, done, '\n');
    arena_free(arena);
}

/* Returns what the rewrite wrote; it lives as long as the rewrite. */
static struct rewritten read_file(struct input *input)
{
    const struct manifest_sink sink = {.context = input, .object = found, .trouble = trouble};

    input->rewrite = rewrite_new("file", input->text);
    MUST(input->rewrite);
    manifests_read("file", input->text, &sink);
    input->troubled = false;
    return rewrite_finish(input->rewrite, &sink);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {.text = {(const char *)data, size},
                          .arena = arena_new(3 * ADMIT_ARENA_LIMIT)};
    struct rewritten done = read_file(&input);
    struct input again = {.text = done.after, .arena = input.arena, .again = true};

    put_files(&done);
    if (!input.troubled && done.edits->first)
        MUST(!read_file(&again).edits->first);
    rewrite_free(again.rewrite);
    rewrite_free(input.rewrite);
    arena_free(input.arena);
    return 0;
}
