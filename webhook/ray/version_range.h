/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranges of releases as people write them: ">=2.40", "<3.0", "2.52", ">=2.40,<2.50" (all of it
 * holds). A release of two numbers stands for all its patches: ">2.40" leaves 2.40.1 out, "2.52"
 * takes 2.52.1.
 */
#ifndef RAY_VERSION_RANGE_H
#define RAY_VERSION_RANGE_H

#include "ray/version.h"

bool version_range_is_good(const char *range);

/* False too for what is no range. */
bool version_range_has(const char *range, struct ray_release release);

#endif
