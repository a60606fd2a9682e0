/* SPDX-License-Identifier: Apache-2.0 */
/* AdmissionReviews by the line: for tests, benchmarks and other programs. */
#include "admission/admit.h"
#include "cli/commands.h"
#include "cli/lines.h"
#include "cli/policy.h"
#include "cli/start.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    LONGEST_LINE = 7 << 20, /* what `serve` takes as a body */
    ANSWERS_ROOM = 1 << 16, /* answers are written together until this many bytes */
};

struct settings {
    const char *stage;
    struct policy_flags policy;
};

static const struct option options[] = {
    {.name = "stage",
     .kind = OPTION_CHOICE,
     .offset = offsetof(struct settings, stage),
     .argument = "mutate|validate",
     .choices = "mutate|validate",
     .help = "Which of the two webhooks answers. Required."},
    POLICY_OPTIONS(offsetof(struct settings, policy)),
};

struct answers {
    enum admit_stage stage;
    const struct policy *policy;
    struct arena *arena;
    char waiting[ANSWERS_ROOM];
    size_t waiting_size;
    bool refused; /* a line was no review */
    bool broken;  /* stdout is closed */
};

static void flush(struct answers *answers)
{
    if (!put((struct bytes){answers->waiting, answers->waiting_size}))
        answers->broken = true;
    answers->waiting_size = 0;
}

static void put_answer(struct answers *answers, struct bytes answer)
{
    if (answer.size + 1 > ANSWERS_ROOM - answers->waiting_size)
        flush(answers);
    if (answer.size + 1 > ANSWERS_ROOM) {
        answers->broken |= !put(answer) || !put(BYTES("\n"));
        return;
    }
    memcpy(answers->waiting + answers->waiting_size, answer.data, answer.size);
    answers->waiting[answers->waiting_size + answer.size] = '\n';
    answers->waiting_size += answer.size + 1;
}

/* The HTTP status that `serve` would send, and its sentence. Takes the arena: the sentence may be
 * in it, so it is copied first. */
static void put_error(struct answers *answers, int status, const char *sentence)
{
    char copy[256];
    struct text out;

    (void)snprintf(copy, sizeof copy, "%.*s", (int)strcspn(sentence, "\n"), sentence);
    arena_reset(answers->arena);
    out = text_new(answers->arena);
    text_printf(&out, "{\"error\":{\"code\":%d,\"message\":", status);
    text_json(&out, copy);
    text_puts(&out, "}}");
    answers->refused = true;
    put_answer(answers, arena_exhausted(answers->arena)
                            ? BYTES("{\"error\":{\"code\":500,\"message\":\"out of memory\"}}")
                            : text_bytes(&out));
}

static void answer_line(struct answers *answers, struct bytes line)
{
    static const int codes[] = {
        [ADMIT_OK] = 200, [ADMIT_BAD_REQUEST] = 400, [ADMIT_TOO_LARGE] = 413, [ADMIT_FAILED] = 500};
    enum admit_status status;
    struct verdict verdict;
    struct bytes answer;

    arena_reset(answers->arena);
    status = admit(answers->arena, answers->stage, answers->policy, line, &answer, &verdict);
    if (status == ADMIT_OK)
        put_answer(answers, answer);
    else
        put_error(answers, codes[status], verdict.error);
}

static bool on_line(void *context, struct bytes line, bool ended)
{
    struct answers *answers = context;

    (void)ended;
    answer_line(answers, line);
    return !answers->broken;
}

static bool on_long_line(void *context)
{
    struct answers *answers = context;

    put_error(answers, 413, "the line is longer than 7 MiB");
    return !answers->broken;
}

/* Whoever waits for an answer before it sends the next line gets it: nothing is kept meanwhile. */
static bool before_reading(void *context)
{
    struct answers *answers = context;

    flush(answers);
    return !answers->broken;
}

static int answer_all(struct answers *answers)
{
    const struct line_sink sink = {.context = answers,
                                   .longest = LONGEST_LINE,
                                   .line = on_line,
                                   .too_long = on_long_line,
                                   .idle = before_reading};
    int error = lines_read(STDIN_FILENO, &sink);

    flush(answers);
    if (error)
        return complain(&admit_command, "cannot read stdin: %s", strerror(error));
    return answers->refused || answers->broken ? EXIT_TROUBLE : EXIT_GOOD;
}

static int answer_stdin(struct arena *arena, const struct settings *settings,
                        const struct policy *policy)
{
    struct answers *answers = calloc(1, sizeof *answers);
    int code;

    if (!answers)
        return complain(&admit_command, "out of memory");
    answers->arena = arena;
    answers->stage = strcmp(settings->stage, "mutate") == 0 ? ADMIT_MUTATE : ADMIT_VALIDATE;
    answers->policy = policy;
    code = answer_all(answers);
    free(answers);
    return code;
}

static int run(int argc, char **argv)
{
    struct arena *arena = arena_new(ADMIT_ARENA_LIMIT);
    struct settings settings;
    struct option_rest rest;
    struct chosen_policy chosen = {0};
    int code;

    if (start(arena, &admit_command, argc, argv, &settings, &rest, &code)) {
        if (rest.count)
            code = complain(&admit_command, "reads stdin only; what is \"%.60s\"?", rest.items[0]);
        else if (!settings.stage)
            code = complain(&admit_command, "--stage mutate or --stage validate is missing");
        else if (choose_policy(&admit_command, &settings.policy, &chosen, &code))
            code = answer_stdin(arena, &settings, &chosen.policy);
    }
    arena_free(chosen.arena);
    arena_free(arena);
    return code;
}

const struct command admit_command = {
    .name = "admit",
    .usage = "",
    .summary = "Answer AdmissionReviews from stdin, one a line",
    .help = "Reads one AdmissionReview a line from stdin and writes one answer a line to stdout: "
            "the bytes that serve would send.\n"
            "\n"
            "A line that gets no answer (it is no AdmissionReview, or too large) gets "
            "{\"error\":{\"code\":400,\"message\":\"...\"}} with the HTTP status that serve would "
            "send, so answers stay in step with questions. The exit code is then 2.",
    .example = "jq -c . review.json | " PROGRAM " admit --stage validate",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
