/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/start.h"

#include "cli/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int complain(const struct command *command, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)fprintf(stderr, PROGRAM " %s: ", command->name);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    return EXIT_TROUBLE;
}

bool put(struct bytes bytes)
{
    while (bytes.size) {
        ssize_t written = write(STDOUT_FILENO, bytes.data, bytes.size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            if (errno != EPIPE)
                (void)fprintf(stderr, PROGRAM ": cannot write: %s\n", strerror(errno));
            return false;
        }
        bytes.data += written;
        bytes.size -= (size_t)written;
    }
    return true;
}

int finish(const struct text *text, int code)
{
    if (arena_exhausted(text->arena)) {
        (void)fputs(PROGRAM ": out of memory\n", stderr);
        return EXIT_TROUBLE;
    }
    return put(text_bytes(text)) ? code : EXIT_TROUBLE;
}

/* NOLINTNEXTLINE(readability-function-size): those of options_read(), and the exit code */
bool start(struct arena *arena, const struct command *command, int argc, char **argv,
           void *settings, struct option_rest *rest, int *ret_code)
{
    struct problem problem;
    struct text help;

    if (!arena) {
        *ret_code = complain(command, "out of memory");
        return false;
    }
    help = text_new(arena);
    switch (options_read(arena, command, argc, argv, getenv, settings, rest, &problem)) {
    case OPTIONS_OK:
        return true;
    case OPTIONS_HELP:
        options_help(&help, PROGRAM, command);
        *ret_code = finish(&help, EXIT_GOOD);
        return false;
    case OPTIONS_INVALID:
    default:
        *ret_code = complain(command, "%s", problem.message);
        return false;
    }
}
