/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The RayServices of a text, as kubectl would send them: YAML documents between lines that begin
 * with `---`, or JSON objects one after another, and the items of Lists.
 */
#ifndef CLI_MANIFEST_MANIFEST_H
#define CLI_MANIFEST_MANIFEST_H

#include "core/yaml.h"

/* All pointers live until the call that got it returns. */
struct manifest {
    const char *file;
    struct bytes text;             /* of the document */
    unsigned first_line;           /* of the document in the file, from 1 */
    unsigned line;                 /* of the object in the file */
    struct bytes json;             /* the object; in a JSON file these bytes are part of text */
    const struct yaml_value *yaml; /* the object; NULL in a JSON file */
};

struct manifest_sink {
    void *context;
    void (*object)(void *context, const struct manifest *manifest);
    /* Lines of the problem are those of the file. */
    void (*trouble)(void *context, const char *file, const struct problem *problem);
};

void manifests_read(const char *file, struct bytes text, const struct manifest_sink *sink);

#endif
