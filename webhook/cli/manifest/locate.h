/* SPDX-License-Identifier: Apache-2.0 */
/* Where in a file a finding points. */
#ifndef CLI_MANIFEST_LOCATE_H
#define CLI_MANIFEST_LOCATE_H

#include "cli/manifest/manifest.h"
#include "core/finding.h"

struct place {
    unsigned line, column; /* from 1, columns in bytes */
};

/*
 * The place of the field: of its value, or of its key where the value is an object or a list. What
 * the file does not have is at the nearest thing around it. Inside serveConfigV2 it is the place
 * that the finding's line and column have in the file, in whatever style the text was written.
 */
struct place locate(struct arena *arena, const struct manifest *manifest,
                    const struct finding *finding);

/* Where a value, or its key, begins in the bytes of its document: lines break where YAML 1.1 breaks
 * them. */
size_t source_offset(struct bytes text, const struct yaml_value *value, bool at_key);

#endif
