/* SPDX-License-Identifier: Apache-2.0 */
/* How `check` writes what it found. A format is begun, gets every object, and is ended. */
#ifndef CLI_RENDER_H
#define CLI_RENDER_H

#include "cli/outcome.h"
#include "cli/style.h"

/* Each object counts once: as denied, or as warned if it is allowed with warnings. */
struct summary {
    size_t objects, denied, warned;
};

struct renderer {
    const char *name; /* of -o */
    void (*begin)(struct text *out);
    /* number: of the object, from 0 */
    void (*object)(struct text *out, const struct style *style, const struct outcome *outcome,
                   size_t number);
    void (*end)(struct text *out, const struct style *style, const struct summary *summary);
};

extern const struct renderer text_renderer, json_renderer, html_renderer;

#endif
