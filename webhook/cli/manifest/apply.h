/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the API server does to an object between kubectl and our two calls, on its JSON text: bytes
 * are put in, and nothing is serialised again. The text must have passed json_scan().
 */
#ifndef CLI_MANIFEST_APPLY_H
#define CLI_MANIFEST_APPLY_H

#include "admission/patch.h"

/* The CRD's defaults for worker groups. A null counts as absent, as it does there. */
struct bytes apply_defaults(struct arena *arena, struct bytes object);

/* False if an operation's parent is no object in the text. */
bool apply_patch(struct arena *arena, struct bytes object, const struct patch *patch,
                 struct bytes *ret) __attribute__((warn_unused_result));

#endif
