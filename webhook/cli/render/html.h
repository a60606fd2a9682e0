/* SPDX-License-Identifier: Apache-2.0 */
/* The pieces of the page that `check -o html` writes. What others wrote is escaped in all. */
#ifndef CLI_RENDER_HTML_H
#define CLI_RENDER_HTML_H

#include "cli/manifest/outcome.h"
#include "cli/render/render.h"

/* The text, escaped, between two tags of ours. */
void html_put(struct text *out, const char *open, const char *text, const char *close);

/* All before the first object, and all behind the last. */
void html_begin(struct text *out);
void html_end(struct text *out, const struct style *style, const struct summary *summary);

/* The workers and what they get, and the numbers that -o json has. */
void html_workers(struct text *out, const struct placement *placement);

/* A row each; nothing where there is none. */
void html_deployments(struct text *out, const struct placement *placement);

#endif
