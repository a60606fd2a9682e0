/* SPDX-License-Identifier: Apache-2.0 */
#include "server/recorder.h"

#include "admission/decision.h"
#include "server/clock.h"
#include "server/line_queue.h"
#include "server/log.h"
#include "server/record_file.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

enum {
    ROOM = 256 << 10, /* bytes that may wait, twice: some 500 lines without objects */
    CONTENT_ROOM = RECORDER_CONTENT_MEMORY / 2, /* with them; the largest line fits */
    STOP_PATIENCE_SECONDS = 5                   /* for the disk */
};

_Static_assert((int)CONTENT_ROOM > (int)DECISION_RECORD_MAX, "the largest line fits");

struct recorder {
    const struct recorder_settings *settings;
    struct record_file file;
    struct line_queue queue;
    char *memory; /* both halves */
    atomic_uint_fast64_t written, failed;
};

static void write_line(struct recorder *recorder, struct bytes line)
{
    static struct log_limit limit;

    if (record_file_write(&recorder->file, line)) {
        atomic_fetch_add(&recorder->written, 1);
        return;
    }
    if (log_allows(&limit))
        log_message("record-failed", "--record %.200s: %s; calls are answered all the same",
                    recorder->settings->directory, strerror(errno));
    atomic_fetch_add(&recorder->failed, 1);
}

/* A half that held large objects is given back: its pages are zero and free until the next one. */
static void give_back(char *half, size_t size)
{
    if (size > ROOM)
        (void)madvise(half, CONTENT_ROOM, MADV_DONTNEED);
}

static void write_lines(void *context, const char *lines, size_t size)
{
    struct recorder *recorder = context;
    char *const *halves = recorder->queue.halves;
    size_t done = 0;

    while (done < size) {
        const char *end = memchr(lines + done, '\n', size - done);
        size_t line = (size_t)(end - lines) - done + 1;

        write_line(recorder, (struct bytes){lines + done, line});
        done += line;
    }
    give_back(lines == halves[0] ? halves[0] : halves[1], size);
}

static bool take_memory(struct recorder *recorder)
{
    size_t room = recorder->settings->content ? CONTENT_ROOM : ROOM;

    recorder->memory =
        mmap(NULL, 2 * room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (recorder->memory == MAP_FAILED)
        return false;
    recorder->queue =
        (struct line_queue){LINE_QUEUE_LOCKS, .halves = {recorder->memory, recorder->memory + room},
                            .room = room, .write = write_lines, .context = recorder};
    return true;
}

bool recorder_open(const struct recorder_settings *settings, struct recorder **ret,
                   struct problem *problem)
{
    struct recorder *recorder;

    *ret = NULL;
    if (!settings->directory)
        return true;
    problem_set(problem, 0, 0, "no memory");
    recorder = calloc(1, sizeof *recorder);
    if (!recorder)
        return false;
    recorder->settings = settings;
    recorder->file.largest = settings->largest;
    recorder->file.most = settings->most;
    if (record_file_open(&recorder->file, settings->directory, problem) && take_memory(recorder)) {
        *ret = recorder;
        return true;
    }
    record_file_close(&recorder->file);
    free(recorder);
    return false;
}

bool recorder_start(struct recorder *recorder)
{
    struct log_line line;

    if (!recorder)
        return true;
    line = log_begin("recording");
    log_text(&line, "directory", recorder->settings->directory);
    log_bool(&line, "content", recorder->settings->content);
    log_end(&line);
    return line_queue_start(&recorder->queue);
}

void recorder_stop(struct recorder *recorder)
{
    /* A writer that hangs on its disk keeps what it uses; the process ends without it. */
    if (!recorder || !line_queue_stop(&recorder->queue, STOP_PATIENCE_SECONDS))
        return;
    record_file_close(&recorder->file);
    (void)munmap(recorder->memory, 2 * recorder->queue.room);
    free(recorder);
}

static struct bytes trimmed(struct bytes review)
{
    while (review.size && strchr(" \t\r\n", review.data[review.size - 1]))
        review.size--;
    return review;
}

void recorder_put(struct recorder *recorder, struct arena *arena, enum admit_stage stage,
                  const struct verdict *verdict, struct bytes review)
{
    struct text head = text_new(arena);
    char now[CLOCK_TEXT_MAX];
    struct decision_record record = {
        .time = now,
        .version = BUILD_VERSION,
        .stage = stage,
        .uid = verdict->uid,
        .operation = verdict->operation,
        .namespace = verdict->namespace,
        .name = verdict->name,
        .user = verdict->user,
        .dry_run = verdict->dry_run,
    };

    if (!recorder)
        return;
    clock_text(now);
    record.decision = decision_of(arena, verdict);
    if (recorder->settings->content)
        record.review = trimmed(review);
    decision_record_begin(&head, &record);
    if (arena_exhausted(arena)) {
        line_queue_drop(&recorder->queue);
        return;
    }
    (void)line_queue_put(
        &recorder->queue,
        (struct bytes[]){text_bytes(&head), record.review, BYTES(DECISION_RECORD_END)}, 3);
}

struct recorder_counts recorder_count(const struct recorder *recorder)
{
    if (!recorder)
        return (struct recorder_counts){0};
    return (struct recorder_counts){
        .written = atomic_load(&recorder->written),
        .dropped = line_queue_dropped(&recorder->queue),
        .failed = atomic_load(&recorder->failed),
    };
}
