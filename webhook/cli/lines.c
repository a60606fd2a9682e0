/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIRST_ROOM = 1 << 20 };

struct lines {
    const struct line_sink *sink;
    char *data; /* read and not yet given on */
    size_t size, room;
    bool skipping; /* the rest of a line that is too long */
    bool ended;    /* the sink wants no more */
};

/* Gives on the lines that end at or behind `from`; what is left moves to the front. */
static void give_lines(struct lines *lines, size_t from)
{
    size_t start = 0;
    const char *end;

    while (!lines->ended && (end = memchr(lines->data + from, '\n', lines->size - from))) {
        size_t at = (size_t)(end - lines->data);

        if (!lines->skipping && at - start > lines->sink->longest)
            lines->ended = !lines->sink->too_long(lines->sink->context);
        else if (!lines->skipping)
            lines->ended = !lines->sink->line(
                lines->sink->context, (struct bytes){lines->data + start, at - start}, true);
        lines->skipping = false;
        start = from = at + 1;
    }
    memmove(lines->data, lines->data + start, lines->size - start);
    lines->size -= start;
}

static void skip_long_line(struct lines *lines)
{
    if (lines->ended || lines->size <= lines->sink->longest)
        return;
    if (!lines->skipping)
        lines->ended = !lines->sink->too_long(lines->sink->context);
    lines->skipping = true;
    lines->size = 0;
}

static bool grow(struct lines *lines)
{
    size_t room = lines->room ? lines->room * 2 : FIRST_ROOM;
    char *data;

    if (lines->size < lines->room)
        return true;
    data = realloc(lines->data, room);
    if (!data)
        return false;
    lines->data = data;
    lines->room = room;
    return true;
}

static ssize_t read_more(int fd, struct lines *lines)
{
    ssize_t count;

    if (!grow(lines)) {
        errno = ENOMEM;
        return -1;
    }
    do
        count = read(fd, lines->data + lines->size, lines->room - lines->size);
    while (count < 0 && errno == EINTR);
    return count;
}

static int read_all(int fd, struct lines *lines)
{
    const struct line_sink *sink = lines->sink;
    ssize_t count;

    while (!lines->ended) {
        if (sink->idle && !sink->idle(sink->context))
            return 0;
        count = read_more(fd, lines);
        if (count < 0)
            return errno;
        if (count == 0)
            break;
        lines->size += (size_t)count;
        give_lines(lines, lines->size - (size_t)count);
        skip_long_line(lines);
    }
    if (!lines->ended && lines->size && !lines->skipping)
        (void)sink->line(sink->context, (struct bytes){lines->data, lines->size}, false);
    return 0;
}

int lines_read(int fd, const struct line_sink *sink)
{
    struct lines lines = {.sink = sink};
    int error = read_all(fd, &lines);

    free(lines.data);
    return error;
}
