/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/note.h"

#include "core/plain.h"

#include <time.h>
#include <unistd.h>

enum { LINE_LIMIT = 64 * 1024, MESSAGE_MAX = 400 };

/* RFC 3339, UTC. */
static const char *now_text(struct arena *arena)
{
    time_t now = time(NULL);
    struct tm utc;
    char text[sizeof "2000-01-01T00:00:00Z"];

    if (!gmtime_r(&now, &utc) || !strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc))
        return "";
    return arena_copy(arena, bytes_of(text));
}

static const char *plain(struct arena *arena, const char *value)
{
    struct text text = text_new(arena);

    text_plain(&text, bytes_of(value), MESSAGE_MAX);
    return text_string(&text);
}

void note(const char *event, const char *object, const char *format, ...)
{
    struct arena *arena = arena_new(LINE_LIMIT);
    struct text line = text_new(arena);
    const char *message;
    va_list args;

    if (!arena)
        return;
    va_start(args, format);
    message = arena_vprintf(arena, format, args);
    va_end(args);
    text_printf(&line, "{\"time\":\"%s\",\"event\":\"%s\"", now_text(arena), event);
    if (object) {
        text_puts(&line, ",\"object\":");
        text_json(&line, plain(arena, object));
    }
    text_puts(&line, ",\"message\":");
    text_json(&line, plain(arena, message));
    text_puts(&line, "}\n");
    /* Shorter than PIPE_BUF in all but odd cases, so lines of several processes do not mix. A log
     * that nobody can write must not end the work. */
    if (!arena_exhausted(arena) && write(STDERR_FILENO, line.data, line.size) < 0)
        (void)0;
    arena_free(arena);
}
