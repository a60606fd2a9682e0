/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTS_COMMAND_H
#define CERTS_COMMAND_H

#include "core/options.h"

/* `rayservice-webhook certs`: its first argument names one of certs_commands. */
extern const struct command certs_command;

/* Ends with NULL. */
extern const struct command *const certs_commands[];

#endif
