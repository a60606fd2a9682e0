/* SPDX-License-Identifier: Apache-2.0 */
/* The subcommands of this folder, and the table of all of them, which main.c defines. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "core/options.h"

#define PROGRAM "rayservice-webhook"

extern const struct command admit_command, check_command, help_command, replay_command,
    rules_command, version_command;

extern const struct command *const commands[];
extern const size_t command_count;

/* Runs the command that argv[1] names. Returns the exit code. */
int commands_run(int argc, char **argv);

#endif
