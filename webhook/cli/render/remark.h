/* SPDX-License-Identifier: Apache-2.0 */
/* A finding as other tools show it: one sentence at a line and a column. */
#ifndef CLI_RENDER_REMARK_H
#define CLI_RENDER_REMARK_H

#include "cli/manifest/outcome.h"

struct remark {
    const char *text; /* what is wrong, and what to type; one line of UTF-8 */
    unsigned line,
        column; /* in the file, from 1; columns in characters, where locate() has bytes */
    bool deny;
};

struct remark remark_of(struct arena *arena, const struct outcome *outcome,
                        const struct finding *finding);

/* The file's name without bytes that are no UTF-8 and without control characters. */
const char *remark_file(struct arena *arena, const char *file);

#endif
