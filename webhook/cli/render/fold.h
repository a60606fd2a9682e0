/* SPDX-License-Identifier: Apache-2.0 */
/* Texts side by side, two blanks between them; what does not fit goes to the next line. */
#ifndef CLI_RENDER_FOLD_H
#define CLI_RENDER_FOLD_H

#include "cli/style.h"

struct fold {
    struct text *out;
    const struct style *style;
    size_t column;
    size_t indent; /* of lines after the first */
    bool filled;   /* there is a text on this line already */
};

/* A text that is wider than a line is broken between its words. "" is left out. */
void fold_put(struct fold *fold, enum tint tint, const char *text);

/* Blanks, so that the next text begins at the column, if it is not passed yet. */
void fold_fill(struct fold *fold, size_t column);

/* Columns that are left for a text to stay on this line; 0: it is full. */
size_t fold_room(const struct fold *fold);

#endif
