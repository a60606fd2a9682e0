/* SPDX-License-Identifier: Apache-2.0 */
#include "server/line_queue.h"

#include <string.h>
#include <time.h>

static void *writer_run(void *context)
{
    struct line_queue *queue = context;

    pthread_mutex_lock(&queue->lock);
    while (queue->used || !queue->stopping) {
        const char *half = queue->halves[queue->filling];
        size_t size = queue->used;

        if (!size) {
            pthread_cond_wait(&queue->changed, &queue->lock);
            continue;
        }
        queue->filling = !queue->filling;
        queue->used = 0;
        pthread_mutex_unlock(&queue->lock);
        queue->write(queue->context, half, size);
        pthread_mutex_lock(&queue->lock);
    }
    pthread_mutex_unlock(&queue->lock);
    return NULL;
}

bool line_queue_start(struct line_queue *queue)
{
    queue->stopping = false;
    queue->running = pthread_create(&queue->writer, NULL, writer_run, queue) == 0;
    return queue->running;
}

static bool join_writer(struct line_queue *queue, int seconds)
{
    struct timespec end;

    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += seconds;
    if (pthread_timedjoin_np(queue->writer, NULL, &end) == 0)
        return true;
    pthread_detach(queue->writer);
    return false;
}

bool line_queue_stop(struct line_queue *queue, int seconds)
{
    if (!queue->running) {
        queue->write(queue->context, queue->halves[queue->filling], queue->used);
        queue->used = 0;
        return true;
    }
    queue->running = false;
    pthread_mutex_lock(&queue->lock);
    queue->stopping = true;
    pthread_cond_signal(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
    return join_writer(queue, seconds);
}

static void keep_on_one_line(char *line, size_t size)
{
    for (char *end; (end = memchr(line, '\n', size)); line = end) {
        *end = ' ';
        size -= (size_t)(end - line);
    }
}

static void append(struct line_queue *queue, const struct bytes *parts, size_t count)
{
    char *line = queue->halves[queue->filling] + queue->used, *end = line;

    for (size_t i = 0; i < count; i++) {
        if (parts[i].size)
            memcpy(end, parts[i].data, parts[i].size);
        end += parts[i].size;
    }
    keep_on_one_line(line, (size_t)(end - line));
    *end++ = '\n';
    queue->used += (size_t)(end - line);
}

bool line_queue_put(struct line_queue *queue, const struct bytes *parts, size_t count)
{
    size_t size = 1;
    bool fits;

    for (size_t i = 0; i < count; i++)
        size += parts[i].size;
    pthread_mutex_lock(&queue->lock);
    fits = size <= queue->room - queue->used;
    if (fits) {
        append(queue, parts, count);
        pthread_cond_signal(&queue->changed);
    }
    pthread_mutex_unlock(&queue->lock);
    if (!fits)
        line_queue_drop(queue);
    return fits;
}

void line_queue_drop(struct line_queue *queue)
{
    atomic_fetch_add(&queue->dropped, 1);
}

uint64_t line_queue_dropped(const struct line_queue *queue)
{
    return atomic_load(&queue->dropped);
}
