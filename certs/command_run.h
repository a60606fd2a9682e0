/* SPDX-License-Identifier: Apache-2.0 */
/* What every subcommand of certs does before and after its own work. */
#ifndef CERTS_COMMAND_RUN_H
#define CERTS_COMMAND_RUN_H

#include "core/options.h"

#include <stdbool.h>
#include <stdio.h>

extern const struct command certs_init_command, certs_show_command, certs_controller_command,
    certs_admission_command;

enum { CERTS_OK, CERTS_EXPIRED, CERTS_FAILED }; /* exit codes */

struct command_run {
    const struct command *command;
    struct arena *arena;
    struct option_rest rest;
};

/* Reads the flags. False: the command is over, with *exit_code (help, or a bad flag). */
bool command_begin(const struct command *command, int argc, char **argv, void *settings,
                   struct command_run *ret, int *exit_code);

/* "rayservice-webhook certs init: MESSAGE" on stderr. Returns CERTS_FAILED. */
int command_fail(const struct command_run *run, const char *message);

/* Writes the text; exit_code, or CERTS_FAILED where it could not be written. */
int command_print(const struct command_run *run, FILE *stream, const struct text *text,
                  int exit_code);

void command_end(struct command_run *run);

#endif
