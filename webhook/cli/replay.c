/* SPDX-License-Identifier: Apache-2.0 */
/* What a policy would have made of what was asked before. */
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/lines.h"
#include "cli/policy.h"
#include "cli/replay/render.h"
#include "cli/start.h"

#include <stdio.h>

enum {
    TOLD_MAX = 10,            /* unreadable lines that are told one by one */
    CHANGES_ARENA = 64 << 20, /* for what is listed, and its text */
};

struct settings {
    struct policy_flags policy;
    const char *against, *output;
    bool strict;
};

static const struct option options[] = {
    POLICY_OPTIONS(offsetof(struct settings, policy)),
    {.name = "against",
     .kind = OPTION_STRING,
     .offset = offsetof(struct settings, against),
     .argument = "FILE",
     .help = "Compare with what this policy would decide, and not with what was recorded. "
             "AdmissionReviews alone need it: nothing is recorded with them."},
    {.name = "output",
     .letter = 'o',
     .kind = OPTION_CHOICE,
     .offset = offsetof(struct settings, output),
     .argument = "text|json",
     .standard = "text",
     .choices = "text|json",
     .help = "How to write what would change."},
    {.name = "strict",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct settings, strict),
     .help = "Other warnings are a change too."},
};

struct replay {
    struct arena *arena; /* of one line: reset before each */
    const struct policy *policy, *against;
    struct changes changes;
    struct replay_counts counts;
    const char *file;
    size_t line;
    bool troubled, told_against;
};

static void say(struct replay *replay, const char *message)
{
    replay->troubled = true;
    if (replay->counts.unreadable++ < TOLD_MAX)
        (void)fprintf(stderr, "%s:%zu: %s\n", replay->file, replay->line, message);
}

/* False without a verdict, after saying so; ret is left alone where there was nothing to judge. */
static bool decide(struct replay *replay, const struct policy *policy, enum admit_stage stage,
                   struct bytes review, struct verdict *ret)
{
    struct bytes answer;

    if (admit(replay->arena, stage, policy, review, &answer, ret) == ADMIT_OK)
        return true;
    say(replay, arena_printf(replay->arena, "%.*s", (int)strcspn(ret->error, "\n"), ret->error));
    return false;
}

static void count(struct replay *replay, const struct decision_record *record,
                  enum decision_change change)
{
    replay->counts.decisions++;
    replay->counts.differ += change == DECISION_DIFFERS;
    replay->counts.warn += change == DECISION_WARNS_OTHERWISE;
    replay->counts.other_version += !record->bare && strcmp(record->version, BUILD_VERSION) != 0;
}

static void replay_stage(struct replay *replay, const struct decision_record *record)
{
    struct verdict before, now;
    struct decision was = record->decision, is;
    enum decision_change change;

    if (!decide(replay, replay->policy, record->stage, record->review, &now))
        return;
    if (!now.reviewed) {
        replay->counts.skipped++;
        return;
    }
    if (replay->against) {
        if (!decide(replay, replay->against, record->stage, record->review, &before))
            return;
        was = decision_of(replay->arena, &before);
    }
    is = decision_of(replay->arena, &now);
    if (arena_exhausted(replay->arena)) {
        say(replay, "out of memory");
        return;
    }
    change = decision_compare(&was, &is);
    count(replay, record, change);
    if (change != DECISION_SAME)
        changes_add(&replay->changes, record, &was, &is, &now);
}

/* Nothing says which webhook was asked: both. */
static void replay_bare(struct replay *replay, struct decision_record *record)
{
    if (!replay->against && replay->told_against) {
        replay->counts.unreadable++;
        return;
    }
    if (!replay->against) {
        replay->told_against = true;
        say(replay, "an AdmissionReview alone does not say what was decided; name the policy that "
                    "decided: --against old.yaml");
        return;
    }
    record->stage = ADMIT_MUTATE;
    replay_stage(replay, record);
    record->stage = ADMIT_VALIDATE;
    replay_stage(replay, record);
}

static bool replay_line(void *context, struct bytes line, bool ended)
{
    struct replay *replay = context;
    struct decision_record record;
    struct problem problem;

    replay->line++;
    arena_reset(replay->arena);
    switch (decision_record_read(replay->arena, line, &record, &problem)) {
    case JSON_OK:
        if (record.bare)
            replay_bare(replay, &record);
        else if (record.review.size)
            replay_stage(replay, &record);
        else
            replay->counts.without_object++;
        break;
    case JSON_NO_MEMORY:
        say(replay, "out of memory");
        break;
    case JSON_INVALID:
    case JSON_TOO_LARGE:
    default:
        if (ended) /* else a server is still at it */
            say(replay, problem.message);
        break;
    }
    return true;
}

static bool say_too_long(void *context)
{
    struct replay *replay = context;

    replay->line++;
    say(replay, "longer than any line of serve --record");
    return true;
}

static void replay_file(void *context, const char *name, int fd)
{
    struct replay *replay = context;
    const struct line_sink sink = {.context = replay,
                                   .longest = DECISION_RECORD_MAX,
                                   .line = replay_line,
                                   .too_long = say_too_long};
    int error;

    replay->file = name;
    replay->line = 0;
    error = lines_read(fd, &sink);
    if (!error)
        return;
    replay->troubled = true;
    (void)fprintf(stderr, "%s: %s\n", name, strerror(error));
}

static void say_trouble(void *context, const char *name, const struct problem *problem)
{
    struct replay *replay = context;

    replay->troubled = true;
    (void)fprintf(stderr, "%s: %s\n", name, problem->message);
}

static int write_result(const struct replay *replay, const struct settings *settings)
{
    const struct replay_result result = {.changes = &replay->changes,
                                         .counts = replay->counts,
                                         .against = replay->against != NULL,
                                         .warnings = settings->strict};
    struct text out = text_new(replay->changes.arena);
    const struct style style = style_of_stdout();
    bool differs = replay->counts.differ || (settings->strict && replay->counts.warn);

    if (strcmp(settings->output, "json") == 0)
        replay_put_json(&out, &style, &result);
    else
        replay_put_text(&out, &style, &result);
    return finish(&out, replay->troubled ? EXIT_TROUBLE : differs ? EXIT_DENIED : EXIT_GOOD);
}

static int replay_all(struct replay *replay, const struct settings *settings,
                      const struct option_rest *rest)
{
    static const char *const endings[] = {".jsonl", NULL};
    const struct file_walk walk = {
        .context = replay, .endings = endings, .opened = replay_file, .trouble = say_trouble};
    struct arena *arena = arena_new(CHANGES_ARENA);
    int code;

    if (!arena)
        return complain(&replay_command, "out of memory");
    replay->changes = changes_new(arena);
    for (size_t i = 0; i < rest->count; i++)
        files_walk(rest->items[i], &walk);
    code = write_result(replay, settings);
    arena_free(arena);
    return code;
}

/* ret: both policies, against with its arena only where it is asked for. */
static bool choose_policies(const struct settings *settings, struct chosen_policy ret[2],
                            int *ret_code)
{
    const struct policy_flags other = {settings->against, settings->policy.kuberay};

    return choose_policy(&replay_command, &settings->policy, &ret[0], ret_code) &&
           (!settings->against || choose_policy(&replay_command, &other, &ret[1], ret_code));
}

static int replay_under(struct arena *arena, const struct settings *settings,
                        const struct option_rest *rest)
{
    struct chosen_policy chosen[2] = {{.arena = NULL}};
    struct replay replay = {.arena = arena, .policy = &chosen[0].policy};
    int code;

    if (settings->against)
        replay.against = &chosen[1].policy;
    if (!rest->count)
        code = complain(&replay_command, "name a file or directory of serve --record, or - for "
                                         "stdin");
    else if (choose_policies(settings, chosen, &code))
        code = replay_all(&replay, settings, rest);
    arena_free(chosen[0].arena);
    arena_free(chosen[1].arena);
    return code;
}

static int run(int argc, char **argv)
{
    /* The answer under each policy, and the line without its review. */
    struct arena *arena = arena_new(3 * ADMIT_ARENA_LIMIT);
    struct settings settings;
    struct option_rest rest;
    int code;

    if (start(arena, &replay_command, argc, argv, &settings, &rest, &code))
        code = replay_under(arena, &settings, &rest);
    arena_free(arena);
    return code;
}

const struct command replay_command = {
    .name = "replay",
    .usage = "FILE|DIR|- ...",
    .summary = "Say which recorded decisions another policy would change",
    .help = "Reads what `serve --record DIR --record-content` wrote, or AdmissionReviews, one a "
            "line, and decides again, under --policy, as of today. A directory is searched for "
            "*.jsonl.\n"
            "\n"
            "What would be allowed, denied or injected otherwise is listed, each object once, "
            "with the number of times it came.\n"
            "\n"
            "Exits with 0 if no decision would change, 1 if one would, 2 if something could not "
            "be read.",
    .example = PROGRAM " replay --policy new.yaml records/\n"
                       "kubectl exec -i deploy/rayservice-webhook -- " PROGRAM
                       " replay --policy - /records < new.yaml",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
