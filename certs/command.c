/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/command.h"

#include "certs/command_run.h"

#include <stdlib.h>

enum { ARENA_LIMIT = 16 * 1024 * 1024 };

#define PROGRAM "rayservice-webhook"

static const struct command *const certs_commands[] = {&certs_init_command, &certs_show_command,
                                                       &certs_controller_command,
                                                       &certs_admission_command, NULL};

int command_fail(const struct command_run *run, const char *message)
{
    (void)fprintf(stderr, PROGRAM " certs %s: %s\n", run->command->name, message);
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

static int print_help(const struct command_run *run, const char *program)
{
    struct text text = text_new(run->arena);

    options_help(&text, program, run->command);
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
    *exit_code = status == OPTIONS_HELP ? print_help(&run, PROGRAM " certs")
                                        : command_fail(&run, problem.message);
    command_end(&run);
    return false;
}

static const struct command *find(const char *name)
{
    for (const struct command *const *each = certs_commands; *each; each++) {
        if (strcmp((*each)->name, name) == 0)
            return *each;
    }
    return NULL;
}

static int explain(void)
{
    struct command_run run = {.command = &certs_command, .arena = arena_new(ARENA_LIMIT)};
    int code = run.arena ? print_help(&run, PROGRAM) : command_fail(&run, "no memory");

    command_end(&run);
    return code;
}

static int complain(const char *name)
{
    (void)fprintf(stderr, PROGRAM " certs: %s%.60s; it has",
                  *name ? "there is no command " : "say which command", name);
    for (const struct command *const *each = certs_commands; *each; each++)
        (void)fprintf(stderr, " %s", (*each)->name);
    (void)fputs("\n", stderr);
    return CERTS_FAILED;
}

static int run_certs(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    const struct command *command = find(name);

    if (command)
        return command->run(argc - 1, argv + 1);
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return explain();
    return complain(name);
}

const struct command certs_command = {
    .name = "certs",
    .summary = "Make and look at certificates for the webhook",
    .help = "Certificates for the server and its callers, from a CA of your own.",
    .example = "rayservice-webhook certs init --dir certs --name "
               "rayservice-webhook.rayservice-webhook.svc\n"
               "rayservice-webhook certs show certs/tls.crt certs/tls.key",
    .run = run_certs,
    .commands = certs_commands,
};
