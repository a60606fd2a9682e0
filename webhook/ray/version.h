/* SPDX-License-Identifier: Apache-2.0 */
/* Which Ray runs: what rayVersion and the head's image tag say. */
#ifndef RAY_VERSION_H
#define RAY_VERSION_H

#include "ray/service.h"

struct ray_release {
    int major, minor, patch; /* 0.0.0: unknown */
};

/*
 * Both sources, for each what it says or 0.0.0. `declared` is rayVersion where it parses as a
 * release; `image` is the tag of a `ray`, `ray-ml` or `ray-llm` image that begins with one.
 */
struct ray_versions {
    struct ray_release declared, image;
    const char *image_tag; /* "" if none */
};

struct ray_release ray_release_parse(const char *text);
/* As KubeRay reads rayVersion (ParseGeneric): what follows the numbers does not count. */
struct ray_release ray_release_generic(const char *text);
bool ray_release_known(struct ray_release release);
int ray_release_compare(struct ray_release a, struct ray_release b);
struct ray_versions ray_versions_of(struct arena *arena, const struct ray_service *service);

#endif
