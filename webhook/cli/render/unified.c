/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/render/unified.h"

#include "cli/line_bounds.h"

enum { CONTEXT = 3 };

/* Whole lines that become others: edits that touch the same lines are one. */
struct change {
    struct change *next;
    size_t start, end;
    struct bytes put;
};

struct hunks {
    struct text *out;
    const struct style *style;
    struct bytes text;
    size_t done, line; /* of the text, and its number from 1 */
    long long longer;  /* lines that came, less those that went */
};

static size_t lines_in(struct bytes text)
{
    size_t count = 0;

    for (size_t at = 0; at < text.size; count++)
        at = line_end(text, at);
    return count;
}

/* --- changes ---------------------------------------------------------------------------------- */

static bool is_whole_lines(struct bytes text, const struct edit *edit)
{
    return !edit->removed && line_start(text, edit->at) == edit->at && edit->put.size &&
           edit->put.data[edit->put.size - 1] == '\n';
}

/* The old lines that an edit touches. */
static size_t end_of(struct bytes text, const struct edit *edit)
{
    return is_whole_lines(text, edit) ? edit->at : line_end(text, edit->at + edit->removed);
}

static struct bytes last_line(struct bytes text)
{
    size_t start = text.size ? line_start(text, text.size - 1) : 0;

    return (struct bytes){text.data + start, text.size - start};
}

static bool are_same(struct bytes a, struct bytes b)
{
    return a.size && a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

/* Lines that stay as they are, at both ends, are no change. */
static void trim(struct bytes text, struct change *change)
{
    struct bytes old = {text.data + change->start, change->end - change->start};
    size_t same;

    while ((same = first_line(old).size) && are_same(first_line(old), first_line(change->put))) {
        old = (struct bytes){old.data + same, old.size - same};
        change->put = (struct bytes){change->put.data + same, change->put.size - same};
    }
    while ((same = last_line(old).size) && are_same(last_line(old), last_line(change->put))) {
        old.size -= same;
        change->put.size -= same;
    }
    change->start = (size_t)(old.data - text.data);
    change->end = change->start + old.size;
}

/* Takes the edits of the next change off the list. */
static struct change *next_change(struct arena *arena, struct bytes text, const struct edit **edit)
{
    struct change *change = arena_alloc(arena, sizeof *change);
    struct text put = text_new(arena);
    size_t done = line_start(text, (*edit)->at);

    if (!change)
        return NULL;
    *change = (struct change){.start = done, .end = done};
    do {
        size_t end = end_of(text, *edit);

        text_put(&put, (struct bytes){text.data + done, (*edit)->at - done});
        text_put(&put, (*edit)->put);
        done = (*edit)->at + (*edit)->removed;
        change->end = end > change->end ? end : change->end;
        *edit = (*edit)->next;
    } while (*edit && line_start(text, (*edit)->at) < change->end);
    text_put(&put, (struct bytes){text.data + done, change->end - done});
    change->put = text_bytes(&put);
    trim(text, change);
    return change;
}

static struct change *changes_of(struct arena *arena, struct bytes text, const struct edit *edit)
{
    struct change *first = NULL, **last = &first;

    while (edit && (*last = next_change(arena, text, &edit)))
        last = &(*last)->next;
    return first;
}

/* --- hunks ------------------------------------------------------------------------------------ */

static size_t lines_back(struct bytes text, size_t at, size_t least)
{
    for (int i = 0; i < CONTEXT && at > least; i++)
        at = line_start(text, at - 1);
    return at;
}

static size_t lines_on(struct bytes text, size_t at)
{
    for (int i = 0; i < CONTEXT; i++)
        at = line_end(text, at);
    return at;
}

/* Is there less between the two than the context of both? */
static bool is_near(struct bytes text, const struct change *change, const struct change *next)
{
    return lines_on(text, lines_on(text, change->end)) >= next->start;
}

/* What a terminal would obey is not shown to it. */
static void put_lines(struct hunks *hunks, char sign, enum tint tint, struct bytes lines)
{
    struct arena *arena = hunks->out->arena;

    for (size_t at = 0; at < lines.size; at = line_end(lines, at)) {
        struct bytes line = {lines.data + at, line_end(lines, at) - at};
        bool ends = line.data[line.size - 1] == '\n';

        line.size -= ends;
        if (hunks->style->colour) {
            const char *shown = style_text(hunks->style, arena, arena_copy(arena, line));

            style_put(hunks->style, hunks->out, tint, arena_printf(arena, "%c%s", sign, shown));
        } else {
            text_putc(hunks->out, sign);
            text_put(hunks->out, line);
        }
        text_puts(hunks->out, ends ? "\n" : "\n\\ No newline at end of file\n");
    }
}

static struct bytes between(struct bytes text, size_t start, size_t end)
{
    return (struct bytes){text.data + start, end - start};
}

static long long growth(struct bytes text, const struct change *change)
{
    return (long long)lines_in(change->put) -
           (long long)lines_in(between(text, change->start, change->end));
}

/* From first to before behind. */
static void put_hunk(struct hunks *hunks, const struct change *first, const struct change *behind,
                     size_t end)
{
    struct bytes text = hunks->text;
    size_t start = lines_back(text, first->start, hunks->done), at = start;
    long long old_lines = (long long)lines_in(between(text, start, end)), grown = 0;
    long long line;

    hunks->line += lines_in(between(text, hunks->done, start));
    line = (long long)hunks->line;
    for (const struct change *each = first; each != behind; each = each->next)
        grown += growth(text, each);
    style_put(hunks->style, hunks->out, TINT_FAINT,
              arena_printf(hunks->out->arena, "@@ -%lld,%lld +%lld,%lld @@", line, old_lines,
                           line + hunks->longer, old_lines + grown));
    text_putc(hunks->out, '\n');
    for (const struct change *each = first; each != behind; each = each->next) {
        put_lines(hunks, ' ', TINT_PLAIN, between(text, at, each->start));
        put_lines(hunks, '-', TINT_DENY, between(text, each->start, each->end));
        put_lines(hunks, '+', TINT_GOOD, each->put);
        at = each->end;
    }
    put_lines(hunks, ' ', TINT_PLAIN, between(text, at, end));
    hunks->line += (size_t)old_lines;
    hunks->longer += grown;
    hunks->done = end;
}

static void put_name(struct hunks *hunks, const char *sign, const char *root, const char *file)
{
    struct arena *arena = hunks->out->arena;

    file += strncmp(file, "./", 2) == 0 ? 2 : *file == '/';
    style_put(hunks->style, hunks->out, TINT_STRONG,
              arena_printf(arena, "%s %s%s", sign, root, style_text(hunks->style, arena, file)));
    text_putc(hunks->out, '\n');
}

void unified_put(struct text *out, const struct style *style, const char *file, struct bytes text,
                 const struct edits *edits)
{
    struct hunks hunks = {.out = out, .style = style, .text = text, .line = 1};
    const struct change *change = changes_of(out->arena, text, edits->first);

    if (change) {
        put_name(&hunks, "---", "a/", file);
        put_name(&hunks, "+++", "b/", file);
    }
    while (change) {
        const struct change *first = change, *last = change;

        while ((change = last->next) && is_near(text, last, change))
            last = change;
        put_hunk(&hunks, first, change, lines_on(text, last->end));
    }
}
