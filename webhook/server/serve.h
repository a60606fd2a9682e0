/* SPDX-License-Identifier: Apache-2.0 */
/* `rayservice-webhook serve`: the webhook's server. */
#ifndef SERVER_SERVE_H
#define SERVER_SERVE_H

#include "core/options.h"

extern const struct command serve_command;

#endif
