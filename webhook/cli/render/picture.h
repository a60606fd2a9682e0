/* SPDX-License-Identifier: Apache-2.0 */
/* The groups of a RayService, a row each: which workers get a replica. */
#ifndef CLI_RENDER_PICTURE_H
#define CLI_RENDER_PICTURE_H

#include "cli/manifest/outcome.h"
#include "cli/style.h"

void picture_put(struct text *out, const struct style *style, const struct outcome *outcome);

#endif
