/* SPDX-License-Identifier: Apache-2.0 */
/* The first page people see, the manual page, and what happens to a command that there is not. */
#include "cli/commands.h"
#include "cli/start.h"
#include "core/nearest.h"
#include "core/wrap.h"

#include <stdio.h>

static const char introduction[] =
    "Finds out before Ray does: whether a KubeRay RayService can run, whether every worker Pod "
    "will become ready, and what to type if not. As an admission webhook it answers kubectl "
    "apply; as a command it answers about files, without a cluster.";

static const char examples[] = PROGRAM " check ray-service.yaml\n"
                                       "kubectl get rayservice -A -o yaml | " PROGRAM
                                       " check -\n" PROGRAM " rules worker-without-replica";

static const struct {
    const char *name, *text;
} closing_sections[] = {
    {"EXIT STATUS", "0: done, and \\fBcheck\\fR found nothing to deny. 1: \\fBcheck\\fR found "
                    "something that would be denied (or, with \\fB\\-\\-strict\\fR, warned about). "
                    "2: could not run: a bad flag, an unreadable file, text that is not YAML."},
    {"ENVIRONMENT",
     "Each flag may be set by a variable, which its entry names; an empty one counts as none. "
     "Where it is set, \\fBNO_COLOR\\fR keeps colours away."},
    {"SEE ALSO", "\\fBkubectl\\fR(1)"},
};

struct settings {
    bool manual;
};

static const struct option options[] = {
    {.name = "man",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct settings, manual),
     .help = "Write the manual page, as man(1) reads it."},
};

static void put_overview(struct text *out)
{
    text_puts(out, "Usage: " PROGRAM " COMMAND [FLAG]...\n\n");
    wrap(out, introduction, 0, 0, 80);
    text_puts(out, "\n\n");
    options_commands(out, commands, command_count);
    text_puts(out, "\nExamples:\n  ");
    wrap(out, examples, 2, 2, SIZE_MAX);
    text_puts(out, "\n\n" PROGRAM " help COMMAND tells more.\n");
}

static void put_manual(struct text *out)
{
    text_puts(out, ".TH RAYSERVICE\\-WEBHOOK 1 \"\" \"" PROGRAM " " BUILD_VERSION "\" \"\"\n"
                   ".SH NAME\nrayservice\\-webhook \\- admission webhook and checker for KubeRay's "
                   "RayService\n.SH SYNOPSIS\n.B rayservice\\-webhook\n\\fICOMMAND\\fR "
                   "[\\fIFLAG\\fR]...\n.SH DESCRIPTION\n");
    text_puts(out, introduction);
    text_puts(out, "\n.SH COMMANDS\n");
    for (size_t i = 0; i < command_count; i++)
        options_manual(out, PROGRAM, commands[i]);
    for (size_t i = 0; i < sizeof closing_sections / sizeof *closing_sections; i++)
        text_printf(out, ".SH %s\n%s\n", closing_sections[i].name, closing_sections[i].text);
}

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < command_count; i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    }
    return NULL;
}

static int unknown(const char *name)
{
    struct nearest nearest = nearest_to(name);

    for (size_t i = 0; i < command_count; i++)
        nearest_offer(&nearest, commands[i]->name);
    (void)fprintf(stderr, PROGRAM ": there is no command %.60s; %s%s%s\n", name,
                  nearest.best ? "did you mean " : "see " PROGRAM " help",
                  nearest.best ? nearest.best : "", nearest.best ? "?" : "");
    return EXIT_TROUBLE;
}

/* Each command explains itself: a command of commands, like certs, passes the question on. */
static int help_for(struct arena *arena, const struct option_rest *rest)
{
    const struct command *command = find(rest->items[0]);
    char **argv = arena_array(arena, rest->count + 2, sizeof *argv);
    static char flag[] = "--help";

    if (!command)
        return unknown(rest->items[0]);
    if (!argv)
        return complain(&help_command, "out of memory");
    memcpy(argv, rest->items, rest->count * sizeof *argv);
    argv[rest->count] = flag;
    return command->run((int)rest->count + 1, argv);
}

static int help(struct arena *arena, bool manual, const struct option_rest *rest)
{
    struct text out = text_new(arena);

    if (rest->count)
        return help_for(arena, rest);
    if (manual)
        put_manual(&out);
    else
        put_overview(&out);
    return finish(&out, EXIT_GOOD);
}

static int run(int argc, char **argv)
{
    struct arena *arena = arena_new((size_t)4 << 20);
    struct settings settings;
    struct option_rest rest;
    int code;

    if (start(arena, &help_command, argc, argv, &settings, &rest, &code))
        code = help(arena, settings.manual, &rest);
    arena_free(arena);
    return code;
}

const struct command help_command = {
    .name = "help",
    .usage = "[COMMAND]...",
    .summary = "Explain a command, or write the manual page",
    .help = "Explains a command and its flags, or lists the commands.",
    .example = PROGRAM " help check\n" PROGRAM " help --man | man -l -",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};

/* Nothing to do is a mistake, so that answer goes to stderr. */
static int usage(void)
{
    (void)fputs("Usage: " PROGRAM " COMMAND [FLAG]...; see " PROGRAM " help\n", stderr);
    return EXIT_TROUBLE;
}

int commands_run(int argc, char **argv)
{
    static const struct {
        const char *flag, *name;
    } flags[] = {{"--help", "help"}, {"-h", "help"}, {"--version", "version"}};

    const char *name = argc > 1 ? argv[1] : NULL;
    const struct command *command;

    if (!name)
        return usage();
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (strcmp(name, flags[i].flag) == 0)
            name = flags[i].name;
    }
    command = find(name);
    return command ? command->run(argc - 1, argv + 1) : unknown(name);
}
