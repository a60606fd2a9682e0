/* SPDX-License-Identifier: Apache-2.0 */
#include "core/yaml_wording.h"

enum where {
    ANYWHERE,
    ON_MORE_LINES,  /* on an earlier one */
    BEHIND_A_COLON, /* there is a `: ` before it on the line */
    BEHIND_A_QUOTE, /* there is a quote right before it, or a blank and a quote */
};

/* The first row that fits is said. `next`: the characters that it is for, NULL for any. */
static const struct wording {
    const char *problem, *next;
    enum where where;
    bool since; /* point at where it began */
    const char *ours;
    const char *behind; /* what follows the number of the line where it began; NULL: no number */
} wordings[] = {
    {"found character that cannot start any token", "\t", ANYWHERE, false,
     "a tab can not indent; use spaces", NULL},
    {"found a tab character that violates indentation", NULL, ANYWHERE, false,
     "a tab can not indent; use spaces", NULL},
    {"found a tab character where an indentation space is expected", NULL, ANYWHERE, false,
     "a tab can not indent; use spaces", NULL},
    {"found character that cannot start any token", NULL, ANYWHERE, false,
     "a value can not begin with this character; put it in quotes", NULL},
    {"mapping values are not allowed in this context", NULL, BEHIND_A_COLON, false,
     "mapping values are not allowed here: a text with `: ` in it must be in quotes", NULL},
    {"mapping values are not allowed in this context", NULL, ANYWHERE, false,
     "mapping values are not allowed here: the indentation is off, or the line above lacks the "
     "blank behind its `:`",
     NULL},
    {"did not find expected key", "-", ANYWHERE, false,
     "a list item can not follow the keys of the mapping that begins in line ",
     "; the indentation is off"},
    {"did not find expected key", "]}", ANYWHERE, false, "nothing is open that this would close",
     NULL},
    {"did not find expected key", NULL, BEHIND_A_QUOTE, false,
     "text behind a quoted value; put all of it in quotes", NULL},
    {"did not find expected key", NULL, ANYWHERE, false,
     "this does not fit into the mapping that begins in line ", "; the indentation is off"},
    {"did not find expected '-' indicator", "]}", ANYWHERE, false,
     "nothing is open that this would close", NULL},
    {"did not find expected '-' indicator", NULL, BEHIND_A_QUOTE, false,
     "text behind a quoted value; put all of it in quotes", NULL},
    {"did not find expected '-' indicator", NULL, ANYWHERE, false,
     "this does not fit into the list that begins in line ", "; the indentation is off"},
    {"could not find expected ':'", NULL, ANYWHERE, true,
     "a key with `: ` behind it was expected here", NULL},
    {"found unexpected end of stream", NULL, ANYWHERE, true, "this quote is never closed", NULL},
    {"found unexpected document indicator", NULL, ANYWHERE, true,
     "this quote is not closed before the document ends", NULL},
    {"did not find expected ',' or ']'", NULL, ON_MORE_LINES, true,
     "this `[` is not closed, or a `,` is missing", NULL},
    {"did not find expected ',' or '}'", NULL, ON_MORE_LINES, true,
     "this `{` is not closed, or a `,` is missing", NULL},
    {"did not find expected ',' or ']'", NULL, ANYWHERE, false, "`,` or `]` was expected here",
     NULL},
    {"did not find expected ',' or '}'", NULL, ANYWHERE, false, "`,` or `}` was expected here",
     NULL},
    {"did not find expected node content", NULL, ANYWHERE, false, "a value was expected here",
     NULL},
    {"block sequence entries are not allowed in this context", NULL, ANYWHERE, false,
     "a list can not begin here; put it on a line of its own", NULL},
    {"found unknown escape character", NULL, ANYWHERE, false,
     "no such escape in double quotes; write \\\\ for a backslash, or use single quotes", NULL},
    {"found invalid Unicode character escape code", NULL, ANYWHERE, true,
     "an escape in these quotes is no character; write those above \\uffff as \\U0001f600", NULL},
    {"did not find expected hexdecimal number", NULL, ANYWHERE, false,
     "an escape lacks digits: \\x takes 2, \\u takes 4, \\U takes 8", NULL},
    {"did not find expected alphabetic or numeric character", NULL, ANYWHERE, true,
     "`*` and `&` begin the name of an anchor; if this is text, put it in quotes", NULL},
    {"did not find expected whitespace or line break", NULL, ANYWHERE, false,
     "a blank is missing here", NULL},
    {"did not find expected comment or line break", NULL, ANYWHERE, false,
     "nothing but a comment may follow here", NULL},
    {"found undefined tag handle", NULL, ANYWHERE, false,
     "`!` begins a tag, and this one is not declared; if this is text, put it in quotes", NULL},
    {"control characters are not allowed", NULL, ANYWHERE, false,
     "a control character; YAML takes it only as an escape in double quotes", NULL},
    {"invalid leading UTF-8 octet", NULL, ANYWHERE, false, "this byte is not UTF-8", NULL},
    {"invalid trailing UTF-8 octet", NULL, ANYWHERE, false, "this byte is not UTF-8", NULL},
    {"incomplete UTF-8 octet sequence", NULL, ANYWHERE, false,
     "the text ends within a UTF-8 character", NULL},
};

static bool holds_colon(struct bytes before)
{
    for (size_t i = 1; i < before.size; i++)
        if (before.data[i - 1] == ':' && (before.data[i] == ' ' || before.data[i] == '\t'))
            return true;
    return false;
}

static bool ends_in_quote(struct bytes before)
{
    while (before.size && before.data[before.size - 1] == ' ')
        before.size--;
    return before.size && strchr("\"'", before.data[before.size - 1]);
}

static bool is_there(enum where where, const struct yaml_complaint *complaint)
{
    switch (where) {
    case ANYWHERE:
        return true;
    case ON_MORE_LINES:
        return complaint->since.line && complaint->since.line < complaint->at.line;
    case BEHIND_A_COLON:
        return holds_colon(complaint->before);
    case BEHIND_A_QUOTE:
        return ends_in_quote(complaint->before);
    }
    return false;
}

static bool fits(const struct wording *wording, const struct yaml_complaint *complaint)
{
    return strcmp(wording->problem, complaint->problem) == 0 &&
           (!wording->next || (complaint->next && strchr(wording->next, complaint->next))) &&
           is_there(wording->where, complaint);
}

void yaml_explain(struct problem *problem, const struct yaml_complaint *complaint)
{
    for (size_t i = 0; i < sizeof wordings / sizeof *wordings; i++) {
        const struct wording *wording = &wordings[i];
        bool since = wording->since && complaint->since.line;
        struct yaml_mark mark = since ? complaint->since : complaint->at;

        if (!fits(wording, complaint))
            continue;
        if (wording->behind)
            problem_set(problem, mark.line, mark.column, "%s%u%s", wording->ours,
                        complaint->since.line, wording->behind);
        else
            problem_set(problem, mark.line, mark.column, "%s", wording->ours);
        return;
    }
    problem_set(problem, complaint->at.line, complaint->at.column, "%s", complaint->problem);
}
