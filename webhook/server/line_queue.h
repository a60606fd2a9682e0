/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines on their way to a reader or a disk that may be slow: a thread of its own writes them, so
 * whoever has a line to say never waits. There are two halves: one is filled while the other is
 * written. What does not fit is counted and lost.
 */
#ifndef SERVER_LINE_QUEUE_H
#define SERVER_LINE_QUEUE_H

#include "core/bytes.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct line_queue {
    /* Set by the owner, with LINE_QUEUE_LOCKS, before the first call. */
    char *halves[2]; /* of `room` bytes each, which may wait */
    size_t room;
    /* Writes whole lines, each with its \n; on the writer's thread. */
    void (*write)(void *context, const char *lines, size_t size);
    void *context;

    /* Its own. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t writer;
    bool running, stopping;
    size_t used;
    unsigned filling;
    atomic_uint_fast64_t dropped;
};

#define LINE_QUEUE_LOCKS .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER

/* Starts the writer; before that, lines wait. False if there is no thread to be had. */
bool line_queue_start(struct line_queue *queue);

/*
 * Writes what waits, for so many seconds at most, and ends the writer; without a writer, on the
 * caller's thread. False if the writer is stuck: it is left alone then, and so must be all it uses.
 */
bool line_queue_stop(struct line_queue *queue, int seconds);

/* One line, of parts; it gets its end here, and a line's end inside becomes a space. False if there
 * is no room. */
bool line_queue_put(struct line_queue *queue, const struct bytes *parts, size_t count);

/* Lines that found no room, or were given up by line_queue_drop(). */
uint64_t line_queue_dropped(const struct line_queue *queue);

/* Counts a line that could not even be made. */
void line_queue_drop(struct line_queue *queue);

#endif
