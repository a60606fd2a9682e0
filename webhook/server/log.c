/* SPDX-License-Identifier: Apache-2.0 */
#include "server/log.h"

#include "server/clock.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

enum {
    LINE_LIMIT = 64 * 1024,  /* of the arena; a line has at most an eighth of that */
    QUEUE_ROOM = 256 * 1024, /* bytes that may wait for a slow reader */
    STOP_PATIENCE_SECONDS = 1,
};

/* Two halves: one is filled while the other is written. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t writer;
    bool running, stopping;
    char halves[2][QUEUE_ROOM];
    size_t used;
    unsigned filling;
} queue = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static atomic_uint_fast64_t dropped;

static void write_all(const char *data, size_t size)
{
    while (size) {
        ssize_t written = write(STDERR_FILENO, data, size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return;
        data += written;
        size -= (size_t)written;
    }
}

static void *writer_run(void *unused)
{
    pthread_mutex_lock(&queue.lock);
    while (queue.used || !queue.stopping) {
        const char *half = queue.halves[queue.filling];
        size_t size = queue.used;

        if (!size) {
            pthread_cond_wait(&queue.changed, &queue.lock);
            continue;
        }
        queue.filling = !queue.filling;
        queue.used = 0;
        pthread_mutex_unlock(&queue.lock);
        write_all(half, size);
        pthread_mutex_lock(&queue.lock);
    }
    pthread_mutex_unlock(&queue.lock);
    return unused;
}

bool log_start(void)
{
    queue.stopping = false;
    queue.running = pthread_create(&queue.writer, NULL, writer_run, NULL) == 0;
    return queue.running;
}

void log_stop(void)
{
    struct timespec end;

    if (!queue.running) {
        write_all(queue.halves[queue.filling], queue.used);
        queue.used = 0;
        return;
    }
    pthread_mutex_lock(&queue.lock);
    queue.stopping = true;
    pthread_cond_signal(&queue.changed);
    pthread_mutex_unlock(&queue.lock);
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += STOP_PATIENCE_SECONDS;
    if (pthread_timedjoin_np(queue.writer, NULL, &end) != 0)
        pthread_detach(queue.writer);
    queue.running = false;
}

static void enqueue(struct bytes line)
{
    pthread_mutex_lock(&queue.lock);
    if (line.size <= QUEUE_ROOM - queue.used) {
        memcpy(queue.halves[queue.filling] + queue.used, line.data, line.size);
        queue.used += line.size;
        pthread_cond_signal(&queue.changed);
    } else {
        atomic_fetch_add(&dropped, 1);
    }
    pthread_mutex_unlock(&queue.lock);
}

/* RFC 3339, UTC, milliseconds. */
static void put_time(struct text *text)
{
    struct timespec now;
    struct tm utc;
    char date[sizeof "2000-01-01T00:00:00"];

    clock_gettime(CLOCK_REALTIME, &now);
    if (!gmtime_r(&now.tv_sec, &utc) || !strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &utc))
        date[0] = '\0';
    text_printf(text, "{\"time\":\"%s.%03dZ\"", date, (int)(now.tv_nsec / CLOCK_MS_NS));
}

struct log_line log_begin(const char *event)
{
    struct log_line line = {.text = text_new(arena_new(LINE_LIMIT))};

    if (line.text.arena) {
        put_time(&line.text);
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
    if (line->text.arena)
        text_puts(&line->text, "}\n");
    if (line->text.arena && !arena_exhausted(line->text.arena))
        enqueue(text_bytes(&line->text));
    else
        atomic_fetch_add(&dropped, 1);
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
    return atomic_load(&dropped);
}
