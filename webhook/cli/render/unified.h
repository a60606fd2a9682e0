/* SPDX-License-Identifier: Apache-2.0 */
/* The unified format of diff, as `patch -p1` and `git apply` read it. */
#ifndef CLI_RENDER_UNIFIED_H
#define CLI_RENDER_UNIFIED_H

#include "cli/manifest/edits.h"
#include "cli/style.h"

/* What the edits change in the text; nothing where there are none. */
void unified_put(struct text *out, const struct style *style, const char *file, struct bytes text,
                 const struct edits *edits);

#endif
