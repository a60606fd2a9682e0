/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where an operation of a patch goes in the YAML that a person wrote: into {braces} or between
 * lines, with the indentation that is there. A guess by the look of the text: whoever takes it has
 * to read the result and compare.
 */
#ifndef CLI_MANIFEST_INSERT_H
#define CLI_MANIFEST_INSERT_H

#include "admission/patch.h"
#include "cli/manifest/edits.h"
#include "cli/manifest/manifest.h"

enum insert_way {
    INSERT_LAST,  /* behind the members that are there: as a person would */
    INSERT_FIRST, /* before them: where their end can not be told from the look */
    INSERT_WAYS,
};

/* The edit's place is one of the document, manifest->text. False where there is no way to do it. */
bool insert_op(struct arena *arena, const struct manifest *manifest, const struct patch_op *op,
               enum insert_way way, struct edit *ret);

#endif
