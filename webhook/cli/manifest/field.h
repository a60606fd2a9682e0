/* SPDX-License-Identifier: Apache-2.0 */
/* A finding's field, step by step: spec.groups[0]["a.b"]. Ends before ": ", the embedded text. */
#ifndef CLI_MANIFEST_FIELD_H
#define CLI_MANIFEST_FIELD_H

#include "core/path.h"

/* Takes the first step off the field, as a child of up. False at the end. */
bool field_step(struct arena *arena, const char **field, const struct path *up, struct path *ret);

#endif
