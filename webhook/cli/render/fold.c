/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/render/fold.h"

#include "core/columns.h"
#include "core/wrap.h"

enum { GAP = 2 };

size_t fold_room(const struct fold *fold)
{
    size_t used = fold->column + (fold->filled ? GAP : 0);

    return used < fold->style->width ? fold->style->width - used : 0;
}

void fold_fill(struct fold *fold, size_t column)
{
    while (fold->column + GAP < column) {
        text_putc(fold->out, ' ');
        fold->column++;
    }
}

static void next_line(struct fold *fold)
{
    text_putc(fold->out, '\n');
    wrap_fill(fold->out, ' ', fold->indent);
    fold->column = fold->indent;
    fold->filled = false;
}

void fold_put(struct fold *fold, enum tint tint, const char *text)
{
    size_t columns = columns_of(bytes_of(text));
    struct text lines = text_new(fold->out->arena);

    if (!*text)
        return;
    if (fold->filled && columns > fold_room(fold)) {
        next_line(fold);
    } else if (fold->filled) {
        wrap_fill(fold->out, ' ', GAP);
        fold->column += GAP;
    }
    wrap(&lines, text, fold->column, fold->indent, fold->style->width);
    style_put(fold->style, fold->out, tint, text_string(&lines));
    /* Where it was broken, nothing else goes beside it. */
    fold->column += columns;
    fold->filled = true;
}
