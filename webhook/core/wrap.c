/* SPDX-License-Identifier: Apache-2.0 */
#include "core/wrap.h"

#include "core/columns.h"

struct line {
    struct text *out;
    size_t column;  /* where the next byte goes */
    size_t pending; /* blanks that are owed before the next word */
    size_t indent, width;
};

void wrap_fill(struct text *out, char c, size_t count)
{
    while (count--)
        text_putc(out, c);
}

static void break_line(struct line *line)
{
    text_putc(line->out, '\n');
    line->column = 0;
    line->pending = line->indent;
}

static void put_word(struct line *line, struct bytes word)
{
    size_t columns = columns_of(word);

    if (line->column && line->pending && line->column + line->pending + columns > line->width)
        break_line(line);
    wrap_fill(line->out, ' ', line->pending);
    text_put(line->out, word);
    line->column += line->pending + columns;
    line->pending = 0;
}

void wrap(struct text *out, const char *text, size_t at, size_t indent, size_t width)
{
    struct line line = {.out = out, .column = at, .indent = indent, .width = width};

    while (*text) {
        struct bytes word = {text, strcspn(text, " \n")};

        if (word.size)
            put_word(&line, word);
        text += word.size;
        if (*text == '\n')
            break_line(&line);
        else if (*text)
            line.pending++;
        text += *text != '\0';
    }
}
