/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file with what would be injected put into it, and nothing else changed: comments, order and
 * layout stay. What comes out has been read again and says what the webhook would make of it.
 */
#ifndef CLI_MANIFEST_REWRITE_H
#define CLI_MANIFEST_REWRITE_H

#include "cli/manifest/edits.h"
#include "cli/manifest/outcome.h"

struct rewrite;

/* The text must live as long. NULL if there is no memory. Free with rewrite_free(), which takes
 * NULL. */
struct rewrite *rewrite_new(const char *file, struct bytes text);
void rewrite_free(struct rewrite *rewrite);

/* Every object of the file, in turn. patch: NULL if there is no verdict, and it stays as it is. */
void rewrite_object(struct rewrite *rewrite, const struct manifest *manifest,
                    const struct patch *patch);

struct rewritten {
    const char *file;
    struct bytes before, after;
    const struct edits *edits; /* that make the one the other */
};

/* After the last object. trouble gets those that could not be changed; they are as they were. */
struct rewritten rewrite_finish(struct rewrite *rewrite, const struct manifest_sink *sink);

#endif
