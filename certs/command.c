/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/command.h"

#include "certs/command_run.h"

#include <stdlib.h>

enum { ARENA_LIMIT = 16 * 1024 * 1024 };

static const char PROGRAM[] = "rayservice-webhook certs";

const struct command *const certs_commands[] = {&certs_init_command, &certs_show_command, NULL};

int command_fail(const struct command_run *run, const char *message)
{
    (void)fprintf(stderr, "%s %s: %s\n", PROGRAM, run->command->name, message);
    return CERTS_FAILED;
}

int command_print(const struct command_run *run, FILE *stream, const struct text *text,
                  int exit_code)
{
    size_t size = text->size;

    if (arena_exhausted(run->arena))
        return command_fail(run, "no memory");
    if ((size && fwrite(text->data, 1, size, stream) != size) || fflush(stream) != 0)
        return command_fail(run, "the output could not be written");
    return exit_code;
}

void command_end(struct command_run *run)
{
    arena_free(run->arena);
    run->arena = NULL;
}

static int print_help(const struct command_run *run)
{
    struct text text = text_new(run->arena);

    options_help(&text, PROGRAM, run->command);
    return command_print(run, stdout, &text, CERTS_OK);
}

bool command_begin(const struct command *command, int argc, char **argv, void *settings,
                   struct command_run *ret, int *exit_code)
{
    struct command_run run = {.command = command, .arena = arena_new(ARENA_LIMIT)};
    struct problem problem = {0};
    enum options_status status;

    if (!run.arena) {
        *exit_code = command_fail(&run, "no memory");
        return false;
    }
    status = options_read(run.arena, command, argc, argv, getenv, settings, &run.rest, &problem);
    if (status == OPTIONS_OK) {
        *ret = run;
        return true;
    }
    *exit_code = status == OPTIONS_HELP ? print_help(&run) : command_fail(&run, problem.message);
    command_end(&run);
    return false;
}

static void print_usage(FILE *stream)
{
    (void)fprintf(stream, "Usage: %s COMMAND [--help]\n\n", PROGRAM);
    for (const struct command *const *each = certs_commands; *each; each++)
        (void)fprintf(stream, "  %-8s %s\n", (*each)->name, (*each)->summary);
}

static int run_certs(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";

    for (const struct command *const *each = certs_commands; *each; each++) {
        if (strcmp((*each)->name, name) == 0)
            return (*each)->run(argc - 1, argv + 1);
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        print_usage(stdout);
        return CERTS_OK;
    }
    if (*name)
        (void)fprintf(stderr, "%s: there is no command \"%.40s\"\n", PROGRAM, name);
    print_usage(stderr);
    return CERTS_FAILED;
}

const struct command certs_command = {
    .name = "certs",
    .usage = "init|show ...",
    .summary = "Make and look at certificates for the webhook",
    .help = "init makes a CA and certificates signed by it; show tells what certificate and key "
            "files hold. Each has its own --help.",
    .example = "rayservice-webhook certs init --dir certs --name "
               "rayservice-webhook.rayservice-webhook.svc\n"
               "rayservice-webhook certs show certs/tls.crt certs/tls.key",
    .run = run_certs,
};
