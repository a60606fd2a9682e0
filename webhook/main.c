/* SPDX-License-Identifier: Apache-2.0 */
/* The subcommands, in the order of the help, and who verifies the server's clients. */
#include "certs/command.h"
#include "certs/verify.h"
#include "cli/commands.h"
#include "server/client_verifier.h"
#include "server/serve.h"

const struct command *const commands[] = {
    &serve_command, &check_command, &admit_command,   &replay_command,
    &certs_command, &rules_command, &version_command, &help_command,
};
const size_t command_count = sizeof commands / sizeof *commands;

const struct client_verification client_verification = {
    .create = client_verifier_new,
    .refusal = client_verifier_refusal,
    .destroy = client_verifier_free,
};

int main(int argc, char **argv)
{
    return commands_run(argc, argv);
}
