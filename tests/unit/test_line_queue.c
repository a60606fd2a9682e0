/* SPDX-License-Identifier: Apache-2.0 */
#include "server/line_queue.h"
#include "test.h"

#include <unistd.h>

enum { ROOM = 16, LINES = 20000, THREADS = 4 };

static char first[ROOM], second[ROOM];
static char seen[256];
static size_t seen_size;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void keep(void *unused, const char *lines, size_t size)
{
    (void)unused;
    pthread_mutex_lock(&gate);
    if (seen_size + size < sizeof seen) {
        memcpy(seen + seen_size, lines, size);
        seen_size += size;
        seen[seen_size] = '\0';
    }
    pthread_mutex_unlock(&gate);
}

static bool put(struct line_queue *queue, const char *line)
{
    const struct bytes part = bytes_of(line);

    return line_queue_put(queue, &part, 1);
}

#define QUEUE(writer)                                                                              \
    {                                                                                              \
        LINE_QUEUE_LOCKS, .halves = {first, second}, .room = ROOM, .write = (writer)               \
    }

static void lines_wait_for_the_writer_in_order(void)
{
    struct line_queue queue = QUEUE(keep);
    const struct bytes parts[] = {BYTES("a\nb"), {NULL, 0}, BYTES("c")};

    seen_size = 0;
    CHECK(line_queue_put(&queue, parts, 3) && put(&queue, "d"));
    CHECK(line_queue_start(&queue));
    CHECK(line_queue_stop(&queue, 30));
    CHECK_TEXT(seen, "a bc\nd\n");
}

static void without_a_writer_they_are_written_at_the_end(void)
{
    struct line_queue queue = QUEUE(keep);

    seen_size = 0;
    CHECK(put(&queue, "only"));
    CHECK(line_queue_stop(&queue, 1));
    CHECK_TEXT(seen, "only\n");
}

static void what_does_not_fit_is_counted(void)
{
    struct line_queue queue = QUEUE(keep);

    seen_size = 0;
    CHECK(put(&queue, "123456789012345"));
    CHECK(!put(&queue, ""));
    CHECK(!put(&queue, "1234567890123456"));
    line_queue_drop(&queue);
    CHECK_INT(line_queue_dropped(&queue), 3);
    CHECK(line_queue_stop(&queue, 1));
    CHECK_TEXT(seen, "123456789012345\n");
}

static void a_stuck_writer_is_left_alone(void)
{
    static struct line_queue queue = QUEUE(keep);

    seen_size = 0;
    pthread_mutex_lock(&gate);
    CHECK(line_queue_start(&queue));
    CHECK(put(&queue, "late"));
    CHECK(!line_queue_stop(&queue, 0));
    pthread_mutex_unlock(&gate);
    for (int i = 0; i < 3000; i++) {
        bool done;

        pthread_mutex_lock(&gate);
        done = seen_size > 0;
        pthread_mutex_unlock(&gate);
        if (done)
            break;
        (void)usleep(10000);
    }
    CHECK_TEXT(seen, "late\n");
}

static size_t counted;

static void count(void *unused, const char *lines, size_t size)
{
    (void)unused;
    for (size_t i = 0; i < size; i++)
        counted += lines[i] == '\n';
}

static void *put_many(void *queue)
{
    for (int i = 0; i < LINES; i++)
        (void)put(queue, "line");
    return NULL;
}

static void many_threads_lose_only_what_is_counted(void)
{
    struct line_queue queue = QUEUE(count);
    pthread_t threads[THREADS];

    CHECK(line_queue_start(&queue));
    for (int i = 0; i < THREADS; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, put_many, &queue), 0);
    for (int i = 0; i < THREADS; i++)
        CHECK_INT(pthread_join(threads[i], NULL), 0);
    CHECK(line_queue_stop(&queue, 30));
    CHECK(counted > 0);
    CHECK_INT(counted + line_queue_dropped(&queue), LINES * THREADS);
}

TEST_MAIN(TEST(lines_wait_for_the_writer_in_order),
          TEST(without_a_writer_they_are_written_at_the_end), TEST(what_does_not_fit_is_counted),
          TEST(a_stuck_writer_is_left_alone), TEST(many_threads_lose_only_what_is_counted))
