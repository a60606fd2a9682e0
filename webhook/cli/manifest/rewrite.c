/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where something goes in a text is guessed, so every guess is tried: the changed file is read as
 * kubectl would, and each object in it must be what it should be. All first guesses are tried at
 * once; only if they do not hold, one object after another.
 */
#include "cli/manifest/rewrite.h"

#include "cli/manifest/apply.h"
#include "cli/manifest/insert.h"
#include "core/json.h"

static const size_t arena_limit = (size_t)2 << 30;
static const struct json_limits json_limits = {.depth = 512, .values = 1000000};

enum { AS_IT_WAS = INSERT_WAYS };

struct object {
    struct object *next;
    unsigned line;
    struct bytes json[2];              /* as it was, and as it should be */
    struct edits edits[AS_IT_WAS + 1]; /* the last: none */
    bool possible[AS_IT_WAS + 1];
    unsigned way;  /* that is tried */
    unsigned held; /* that held when it was tried alone */
};

struct rewrite {
    struct arena *arena;
    struct arena *trial;   /* of the last trial: its edits and its text */
    struct arena *scratch; /* of one comparison */
    const char *file;
    struct bytes text;
    struct object *first, **last;
    struct edits chosen;
};

struct rewrite *rewrite_new(const char *file, struct bytes text)
{
    struct rewrite made = {.arena = arena_new(arena_limit),
                           .trial = arena_new(arena_limit),
                           .scratch = arena_new(arena_limit),
                           .file = file,
                           .text = text};
    struct rewrite *rewrite = NULL;

    if (made.arena && made.trial && made.scratch)
        rewrite = arena_alloc(made.arena, sizeof *rewrite);
    if (!rewrite) {
        rewrite_free(&made);
        return NULL;
    }
    *rewrite = made;
    rewrite->last = &rewrite->first;
    return rewrite;
}

void rewrite_free(struct rewrite *rewrite)
{
    if (!rewrite)
        return;
    arena_free(rewrite->scratch);
    arena_free(rewrite->trial);
    arena_free(rewrite->arena);
}

/* --- guesses ---------------------------------------------------------------------------------- */

static struct bytes keep(struct arena *arena, struct bytes bytes)
{
    return (struct bytes){arena_copy(arena, bytes), bytes.size};
}

/* Of a JSON file the object's own bytes are what is changed. */
static void guess_json(struct rewrite *rewrite, const struct manifest *manifest,
                       struct object *object)
{
    struct edit edit = {.at = (size_t)(manifest->json.data - rewrite->text.data),
                        .removed = manifest->json.size,
                        .put = object->json[1]};

    edits_add(rewrite->arena, &object->edits[INSERT_LAST], edit);
    object->possible[INSERT_LAST] = true;
}

static bool guess_yaml(struct rewrite *rewrite, const struct manifest *manifest,
                       const struct patch *patch, enum insert_way way, struct object *object)
{
    size_t start = (size_t)(manifest->text.data - rewrite->text.data);

    for (const struct patch_op *op = patch->first; op; op = op->next) {
        struct edit edit;

        if (!insert_op(rewrite->arena, manifest, op, way, &edit))
            return false;
        edit.at += start;
        edits_add(rewrite->arena, &object->edits[way], edit);
    }
    return true;
}

static void guess(struct rewrite *rewrite, const struct manifest *manifest,
                  const struct patch *patch, struct object *object)
{
    if (!manifest->yaml)
        guess_json(rewrite, manifest, object);
    for (unsigned way = 0; manifest->yaml && way < INSERT_WAYS; way++)
        object->possible[way] = guess_yaml(rewrite, manifest, patch, way, object);
}

void rewrite_object(struct rewrite *rewrite, const struct manifest *manifest,
                    const struct patch *patch)
{
    struct object *object = arena_alloc(rewrite->arena, sizeof *object);
    struct bytes wanted;

    if (!object)
        return;
    *object = (struct object){.line = manifest->line, .way = AS_IT_WAS};
    object->json[0] = object->json[1] = keep(rewrite->arena, manifest->json);
    object->possible[AS_IT_WAS] = true;
    *rewrite->last = object;
    rewrite->last = &object->next;
    if (!patch || !patch->count || !apply_patch(rewrite->arena, manifest->json, patch, &wanted))
        return;
    object->json[1] = wanted;
    object->way = 0;
    guess(rewrite, manifest, patch, object);
}

/* --- trials ----------------------------------------------------------------------------------- */

static bool same(const struct json *a, const struct json *b);

static bool same_members(const struct json *a, const struct json *b)
{
    bool good = json_count(a) == json_count(b);

    for (const struct json *each = json_first(a); good && each; each = json_next(each))
        good = same(each, json_member(b, json_key(each)));
    return good;
}

static bool same_items(const struct json *a, const struct json *b)
{
    bool good = json_count(a) == json_count(b);

    b = json_first(b);
    for (const struct json *each = json_first(a); good && each; each = json_next(each)) {
        good = same(each, b);
        b = json_next(b);
    }
    return good;
}

/* Depth: that of the limits. */
static bool same(const struct json *a, const struct json *b)
{
    if (json_kind(a) != json_kind(b))
        return false;
    if (json_kind(a) == JSON_OBJECT)
        return same_members(a, b);
    return json_kind(a) == JSON_ARRAY ? same_items(a, b) : json_scalar_equal(a, b);
}

static bool same_text(struct arena *arena, struct bytes a, struct bytes b)
{
    const struct json *left, *right;
    struct problem problem;

    arena_reset(arena);
    return json_parse(arena, a, &json_limits, &left, &problem) == JSON_OK &&
           json_parse(arena, b, &json_limits, &right, &problem) == JSON_OK && same(left, right);
}

struct trial {
    struct rewrite *rewrite;
    const struct object *next; /* that should come */
    bool good;
};

static void compare(void *context, const struct manifest *manifest)
{
    struct trial *trial = context;
    const struct object *object = trial->next;

    trial->good =
        trial->good && object &&
        same_text(trial->rewrite->scratch, manifest->json, object->json[object->way != AS_IT_WAS]);
    trial->next = object ? object->next : NULL;
}

/* What is wrong with the file was said when it was read first. */
static void ignore(void *context, const char *file, const struct problem *problem)
{
    (void)context;
    (void)file;
    (void)problem;
}

/* Makes the chosen edits. Are they possible, and all objects then what they should be? */
static bool holds(struct rewrite *rewrite, struct bytes *ret)
{
    struct trial trial = {.rewrite = rewrite, .next = rewrite->first, .good = true};
    const struct manifest_sink sink = {.context = &trial, .object = compare, .trouble = ignore};

    arena_reset(rewrite->trial);
    rewrite->chosen = (struct edits){0};
    for (const struct object *each = rewrite->first; each; each = each->next) {
        if (!each->possible[each->way])
            return false;
        for (const struct edit *edit = each->edits[each->way].first; edit; edit = edit->next)
            edits_add(rewrite->trial, &rewrite->chosen, *edit);
    }
    if (!edits_apply(rewrite->trial, &rewrite->chosen, rewrite->text, ret))
        return false;
    manifests_read(rewrite->file, *ret, &sink);
    return trial.good && !trial.next;
}

/* The first way that holds while all others stay as they were. */
static unsigned way_of(struct rewrite *rewrite, struct object *object)
{
    struct bytes text;

    for (object->way = 0; object->way < AS_IT_WAS; object->way++) {
        if (holds(rewrite, &text))
            break;
    }
    return object->way;
}

static void say(const struct rewrite *rewrite, const struct object *object,
                const struct manifest_sink *sink)
{
    struct problem problem;

    problem_set(&problem, object->line, 1,
                "what would be injected can not be put into the text as it is written; "
                "`-o json` has it as a patch");
    sink->trouble(sink->context, rewrite->file, &problem);
}

/* One after another, and then all that held together. */
static bool hold_each(struct rewrite *rewrite, const struct manifest_sink *sink, struct bytes *ret)
{
    for (struct object *each = rewrite->first; each; each = each->next) {
        each->held = each->way;
        each->way = AS_IT_WAS;
    }
    for (struct object *each = rewrite->first; each; each = each->next) {
        if (each->held == AS_IT_WAS)
            continue;
        each->held = way_of(rewrite, each);
        each->way = AS_IT_WAS;
        if (each->held == AS_IT_WAS)
            say(rewrite, each, sink);
    }
    for (struct object *each = rewrite->first; each; each = each->next)
        each->way = each->held;
    return holds(rewrite, ret);
}

struct rewritten rewrite_finish(struct rewrite *rewrite, const struct manifest_sink *sink)
{
    struct rewritten done = {.file = rewrite->file,
                             .before = rewrite->text,
                             .after = rewrite->text,
                             .edits = &rewrite->chosen};
    struct problem problem;

    if (holds(rewrite, &done.after) || hold_each(rewrite, sink, &done.after))
        return done;
    rewrite->chosen = (struct edits){0};
    done.after = rewrite->text;
    problem_set(&problem, 0, 0, "too much for the memory there is");
    sink->trouble(sink->context, rewrite->file, &problem);
    return done;
}
