/* SPDX-License-Identifier: Apache-2.0 */
/* One option's value: from text into the settings. For options.c and options_help.c alone. */
#ifndef CORE_OPTIONS_VALUE_H
#define CORE_OPTIONS_VALUE_H

#include "core/options.h"

/* Makes it what a row without a default has: false, NULL, 0, an empty list. */
void option_clear(const struct option *option, void *settings);

/* Returns NULL, or how the value must be: "a number from 1 to 9". */
const char *option_set(struct arena *arena, const struct option *option, void *settings,
                       const char *value);

/* RAYSERVICE_WEBHOOK_TLS_CERT */
const char *option_environment(struct arena *arena, const struct option *option);

#endif
