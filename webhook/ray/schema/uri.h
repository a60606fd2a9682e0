/* SPDX-License-Identifier: Apache-2.0 */
/* The URIs of a runtime_env: which release knows the scheme, and which archive it unpacks. */
#ifndef RAY_SCHEMA_URI_H
#define RAY_SCHEMA_URI_H

#include "core/bytes.h"

#include <stdbool.h>
#include <stdint.h>

/* The releases that take the text for a URI: they know its scheme. */
uint64_t ray_uri_schemes(struct bytes uri);

/* The releases that take its archive; a URI that names none (conda://x) is taken by all. */
uint64_t ray_uri_archives(struct bytes uri, bool working_dir);

#endif
