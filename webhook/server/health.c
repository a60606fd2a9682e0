/* SPDX-License-Identifier: Apache-2.0 */
#include "server/health.h"

#include "server/metrics.h"

#include <pthread.h>

enum { METRICS_ARENA = 1024 * 1024 };

static void say_alive(struct health *health, struct http_exchange *exchange)
{
    (void)health;
    http_say(exchange, HTTP_OK, "ok\n");
}

static void say_ready(struct health *health, struct http_exchange *exchange)
{
    if (atomic_load(&health->ready))
        http_say(exchange, HTTP_OK, "ok\n");
    else
        http_say(exchange, HTTP_UNAVAILABLE, "not ready: starting or stopping\n");
}

static void say_metrics(struct health *health, struct http_exchange *exchange)
{
    struct arena *arena = arena_new(METRICS_ARENA);
    struct text text = text_new(arena);
    const struct metrics_view view = {.webhook = health->webhook,
                                      .plain = health->plain,
                                      .recorder = health->recorder,
                                      .ready = atomic_load(&health->ready)};

    if (arena)
        metrics_write(&text, &view);
    if (arena && !arena_exhausted(arena))
        http_reply(exchange, &(struct http_answer){.status = HTTP_OK,
                                                   .content_type = METRICS_CONTENT_TYPE,
                                                   .body = text_bytes(&text)});
    else
        http_say(exchange, HTTP_INTERNAL_ERROR, "no memory\n");
    arena_free(arena);
}

/* A crowd that asks for them takes the memory of one. */
static void say_metrics_in_turn(struct health *health, struct http_exchange *exchange)
{
    static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

    pthread_mutex_lock(&turn);
    say_metrics(health, exchange);
    pthread_mutex_unlock(&turn);
}

static const struct page {
    const char *path;
    void (*say)(struct health *health, struct http_exchange *exchange);
} pages[] = {
    {"/healthz", say_alive},
    {"/readyz", say_ready},
    {"/metrics", say_metrics_in_turn},
};

static const struct page *page_of(const char *path)
{
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        if (strcmp(pages[i].path, path) == 0)
            return &pages[i];
    }
    return NULL;
}

static bool begin(void *context, struct http_exchange *exchange, const struct http_head *head)
{
    (void)context;
    if (!page_of(head->path))
        http_say(exchange, HTTP_NOT_FOUND, "there is /healthz, /readyz and /metrics here\n");
    else if (strcmp(head->method, "GET") != 0 && strcmp(head->method, "HEAD") != 0)
        (void)http_reply(exchange, &(struct http_answer){.status = HTTP_METHOD_NOT_ALLOWED,
                                                         .allow = "GET, HEAD",
                                                         .body = BYTES("GET it\n")});
    else if (head->codings || (head->lengths && head->length))
        http_say(exchange, HTTP_CONTENT_TOO_LARGE, "send no body\n");
    else
        return true;
    return false;
}

static void finish(void *context, struct http_exchange *exchange, const struct http_head *head,
                   struct bytes body)
{
    const struct page *page = page_of(head->path);

    (void)body;
    if (page)
        page->say(context, exchange);
}

struct http_site health_site(struct health *health)
{
    return (struct http_site){.context = health, .begin = begin, .finish = finish};
}
