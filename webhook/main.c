/* SPDX-License-Identifier: Apache-2.0 */
/* The subcommands, in the order of the help. */
#include "certs/command.h"
#include "cli/commands.h"
#include "server/serve.h"

const struct command *const commands[] = {
    &serve_command, &check_command,   &admit_command, &certs_command,
    &rules_command, &version_command, &help_command,
};
const size_t command_count = sizeof commands / sizeof *commands;

int main(int argc, char **argv)
{
    return commands_run(argc, argv);
}
