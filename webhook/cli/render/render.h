/* SPDX-License-Identifier: Apache-2.0 */
/* How `check` writes what it found. A format is begun, gets every object, and is ended. */
#ifndef CLI_RENDER_RENDER_H
#define CLI_RENDER_RENDER_H

#include "cli/manifest/rewrite.h"
#include "cli/style.h"

/* Each object counts once: as denied, or as warned if it is allowed with warnings. */
struct summary {
    size_t objects, denied, warned;
    size_t findings;
    bool troubled; /* something could not be read or written */
};

struct renderer {
    const char *name; /* of -o */
    void (*begin)(struct text *out);
    /* before: the objects before this one */
    void (*object)(struct text *out, const struct style *style, const struct outcome *outcome,
                   const struct summary *before);
    /* What could not be read or judged. NULL: it is on stderr, and that is enough. */
    void (*trouble)(struct text *out, const char *file, const struct problem *problem);
    /* Of formats that write files: each, with what would be injected; before: the last byte of the
     * file before it, 0 if there is none. What the other functions write goes to stderr then. NULL:
     * of others. */
    void (*file)(struct text *out, const struct style *style, const struct rewritten *file,
                 char before);
    void (*end)(struct text *out, const struct style *style, const struct summary *summary);
};

extern const struct renderer text_renderer, json_renderer, html_renderer, github_renderer,
    sarif_renderer, junit_renderer, yaml_renderer, diff_renderer;

#endif
