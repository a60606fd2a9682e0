/* SPDX-License-Identifier: Apache-2.0 */
/* AdmissionReviews by the line: for tests, benchmarks and other programs. */
#include "admission/admit.h"
#include "cli/commands.h"
#include "cli/policy.h"
#include "cli/start.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    LONGEST_LINE = 7 << 20, /* what `serve` takes as a body */
    FIRST_ROOM = 1 << 20,
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

struct lines {
    enum admit_stage stage;
    const struct policy *policy;
    struct arena *arena;
    char *data; /* read and not yet answered */
    size_t size, room;
    bool skipping; /* the rest of a line that is too long */
    char answers[ANSWERS_ROOM];
    size_t answers_size;
    bool refused; /* a line was no review */
    bool broken;  /* stdout is closed, or there is no memory */
};

static void flush(struct lines *lines)
{
    if (!put((struct bytes){lines->answers, lines->answers_size}))
        lines->broken = true;
    lines->answers_size = 0;
}

static void put_answer(struct lines *lines, struct bytes answer)
{
    if (answer.size + 1 > ANSWERS_ROOM - lines->answers_size)
        flush(lines);
    if (answer.size + 1 > ANSWERS_ROOM) {
        lines->broken |= !put(answer) || !put(BYTES("\n"));
        return;
    }
    memcpy(lines->answers + lines->answers_size, answer.data, answer.size);
    lines->answers[lines->answers_size + answer.size] = '\n';
    lines->answers_size += answer.size + 1;
}

/* The HTTP status that `serve` would send, and its sentence. Takes the arena: the sentence may be
 * in it, so it is copied first. */
static void put_error(struct lines *lines, int status, const char *sentence)
{
    char copy[256];
    struct text out;

    (void)snprintf(copy, sizeof copy, "%.*s", (int)strcspn(sentence, "\n"), sentence);
    arena_reset(lines->arena);
    out = text_new(lines->arena);
    text_printf(&out, "{\"error\":{\"code\":%d,\"message\":", status);
    text_json(&out, copy);
    text_puts(&out, "}}");
    lines->refused = true;
    put_answer(lines, arena_exhausted(lines->arena)
                          ? BYTES("{\"error\":{\"code\":500,\"message\":\"out of memory\"}}")
                          : text_bytes(&out));
}

static void answer_line(struct lines *lines, struct bytes line)
{
    static const int codes[] = {
        [ADMIT_OK] = 200, [ADMIT_BAD_REQUEST] = 400, [ADMIT_TOO_LARGE] = 413, [ADMIT_FAILED] = 500};
    enum admit_status status;
    struct verdict verdict;
    struct bytes answer;

    arena_reset(lines->arena);
    status = admit(lines->arena, lines->stage, lines->policy, line, &answer, &verdict);
    if (status == ADMIT_OK)
        put_answer(lines, answer);
    else
        put_error(lines, codes[status], verdict.error);
}

/* Answers the lines that end at or behind `from`; what is left moves to the front. */
static void answer_lines(struct lines *lines, size_t from)
{
    size_t start = 0;
    const char *end;

    while ((end = memchr(lines->data + from, '\n', lines->size - from))) {
        size_t at = (size_t)(end - lines->data);

        if (!lines->skipping)
            answer_line(lines, (struct bytes){lines->data + start, at - start});
        lines->skipping = false;
        start = from = at + 1;
    }
    memmove(lines->data, lines->data + start, lines->size - start);
    lines->size -= start;
}

static void skip_long_line(struct lines *lines)
{
    if (lines->size <= LONGEST_LINE)
        return;
    if (!lines->skipping)
        put_error(lines, 413, "the line is longer than 7 MiB");
    lines->skipping = true;
    lines->size = 0;
}

static bool grow(struct lines *lines)
{
    size_t room = lines->room ? lines->room * 2 : FIRST_ROOM;
    char *data;

    if (lines->size < lines->room)
        return true;
    data = realloc(lines->data, room);
    if (!data) {
        (void)complain(&admit_command, "out of memory");
        lines->broken = true;
        return false;
    }
    lines->data = data;
    lines->room = room;
    return true;
}

/* Whoever waits for an answer before it sends the next line gets it: nothing is kept while reading.
 */
static ssize_t read_more(struct lines *lines)
{
    ssize_t count;

    flush(lines);
    do
        count = read(STDIN_FILENO, lines->data + lines->size, lines->room - lines->size);
    while (count < 0 && errno == EINTR);
    if (count < 0) {
        (void)complain(&admit_command, "cannot read stdin: %s", strerror(errno));
        lines->broken = true;
    }
    return count;
}

static void answer_all(struct lines *lines)
{
    ssize_t count;

    while (!lines->broken && grow(lines)) {
        count = read_more(lines);
        if (count <= 0)
            break;
        lines->size += (size_t)count;
        answer_lines(lines, lines->size - (size_t)count);
        skip_long_line(lines);
    }
    if (lines->size && !lines->skipping && !lines->broken)
        answer_line(lines, (struct bytes){lines->data, lines->size});
    flush(lines);
}

static int answer_stdin(struct arena *arena, const struct settings *settings,
                        const struct policy *policy)
{
    struct lines *lines = calloc(1, sizeof *lines);
    int code;

    if (!lines)
        return complain(&admit_command, "out of memory");
    lines->arena = arena;
    lines->stage = strcmp(settings->stage, "mutate") == 0 ? ADMIT_MUTATE : ADMIT_VALIDATE;
    lines->policy = policy;
    answer_all(lines);
    code = lines->refused || lines->broken ? EXIT_TROUBLE : EXIT_GOOD;
    free(lines->data);
    free(lines);
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
