/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTS_COMMAND_H
#define CERTS_COMMAND_H

#include "core/options.h"

extern const struct command certs_command;

#endif
