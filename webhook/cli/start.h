/* SPDX-License-Identifier: Apache-2.0 */
/* How every command of this folder begins and ends. */
#ifndef CLI_START_H
#define CLI_START_H

#include "core/options.h"

/* What a command's process says to its caller. */
enum exit_code {
    EXIT_GOOD,
    EXIT_DENIED,  /* check: something would be denied, or warned with --strict */
    EXIT_TROUBLE, /* could not run: a bad flag, an unreadable file, no memory */
};

/*
 * Reads the flags into settings. False if the command has nothing left to do: help was asked for
 * and shown, or the flags are wrong and that was said; the exit code is in ret_code then.
 */
bool start(struct arena *arena, const struct command *command, int argc, char **argv,
           void *settings, struct option_rest *rest, int *ret_code);

/* `rayservice-webhook check: …` on stderr, and EXIT_TROUBLE. */
int complain(const struct command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Writes to stdout, unbuffered. False if that failed, after saying so; but a reader that went away
 * (`| head`) is no fault worth a word.
 */
bool put(struct bytes bytes);

/* The text, unless its arena was exhausted. Returns code, or EXIT_TROUBLE if it was not written. */
int finish(const struct text *text, int code);

#endif
