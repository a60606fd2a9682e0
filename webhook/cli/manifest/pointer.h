/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 6901, read step by step. */
#ifndef CLI_MANIFEST_POINTER_H
#define CLI_MANIFEST_POINTER_H

#include "core/arena.h"

/* Takes the first step off a pointer that is not empty, and returns it without ~0 and ~1. */
const char *pointer_step(struct arena *arena, const char **pointer);

#endif
