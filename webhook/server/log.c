/* SPDX-License-Identifier: Apache-2.0 */
#include "server/log.h"

#include "server/clock.h"
#include "server/line_queue.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

enum {
    LINE_LIMIT = 128 * 1024, /* of the arena, in which a line doubles: one of 32 KiB fits */
    QUEUE_ROOM = 256 * 1024, /* bytes that may wait for a slow reader; twice */
    STOP_PATIENCE_SECONDS = 1,
};

/* Waits, also where somebody who shares stderr has set O_NONBLOCK. */
static bool can_write_again(void)
{
    struct pollfd reader = {.fd = STDERR_FILENO, .events = POLLOUT};

    return errno == EINTR || (errno == EAGAIN && poll(&reader, 1, -1) == 1);
}

static void write_stderr(void *unused, const char *data, size_t size)
{
    (void)unused;
    while (size) {
        ssize_t written = write(STDERR_FILENO, data, size);

        if (written < 0 && can_write_again())
            continue;
        if (written <= 0)
            return;
        data += written;
        size -= (size_t)written;
    }
}

static char waiting[2][QUEUE_ROOM];
static struct line_queue queue = {LINE_QUEUE_LOCKS, .halves = {waiting[0], waiting[1]},
                                  .room = QUEUE_ROOM, .write = write_stderr};

bool log_start(void)
{
    return line_queue_start(&queue);
}

/* Whoever is stuck on stderr ends with the process. */
void log_stop(void)
{
    (void)line_queue_stop(&queue, STOP_PATIENCE_SECONDS);
}

struct log_line log_begin(const char *event)
{
    struct log_line line = {.text = text_new(arena_new(LINE_LIMIT))};
    char now[CLOCK_TEXT_MAX];

    if (line.text.arena) {
        clock_text(now);
        text_printf(&line.text, "{\"time\":\"%s\"", now);
        log_text(&line, "event", event);
    }
    return line;
}

void log_json(struct log_line *line, const char *key, struct bytes json)
{
    if (!line->text.arena)
        return;
    text_putc(&line->text, ',');
    text_json_key(&line->text, key);
    text_put(&line->text, json);
}

/* The longest beginning that fits and ends between two characters. */
static struct bytes shorten(const char *value)
{
    struct bytes shown = bytes_of(value);

    if (shown.size <= LOG_TEXT_MAX)
        return shown;
    shown.size = LOG_TEXT_MAX;
    while (shown.size && ((unsigned char)shown.data[shown.size] & 0xc0) == 0x80)
        shown.size--;
    return shown;
}

void log_text(struct log_line *line, const char *key, const char *value)
{
    log_json(line, key, (struct bytes){NULL, 0});
    if (line->text.arena)
        text_json_bytes(&line->text, shorten(value));
}

void log_number(struct log_line *line, const char *key, int64_t value)
{
    log_json(line, key, (struct bytes){NULL, 0});
    if (line->text.arena)
        text_printf(&line->text, "%lld", (long long)value);
}

void log_bool(struct log_line *line, const char *key, bool value)
{
    log_json(line, key, bytes_of(value ? "true" : "false"));
}

void log_end(struct log_line *line)
{
    struct bytes text;

    if (line->text.arena)
        text_putc(&line->text, '}');
    text = text_bytes(&line->text);
    if (line->text.arena && !arena_exhausted(line->text.arena))
        (void)line_queue_put(&queue, &text, 1);
    else
        line_queue_drop(&queue);
    arena_free(line->text.arena);
}

void log_message(const char *event, const char *format, ...)
{
    struct log_line line = log_begin(event);
    va_list args;

    va_start(args, format);
    if (line.text.arena)
        log_text(&line, "message", arena_vprintf(line.text.arena, format, args));
    va_end(args);
    log_end(&line);
}

bool log_allows(struct log_limit *limit)
{
    int64_t now = clock_ms(), next = atomic_load(&limit->next_ms);

    return now >= next &&
           atomic_compare_exchange_strong(&limit->next_ms, &next, now + CLOCK_SECOND_MS);
}

uint64_t log_dropped(void)
{
    return line_queue_dropped(&queue);
}
