/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thread a connection, each in poll(). Of libmicrohttpd's ways (facts measured on 0.9.75 and
 * 1.0.10):
 * - epoll with TLS spins on a peer that stops after its ClientHello: one takes half a core;
 * - a pool of pollers looks at every connection for each event (300 idle ones: 35 µs become 118),
 * and a 3 MB parse holds up everybody on the same worker for 25 ms;
 * - a thread costs 50 kB more a connection, which the connection limit bounds, and nothing else: an
 *   idle or stalled peer is a thread that sleeps.
 * The library's own timeout stays off: it is no absolute deadline, and in 0.9.75 a thread spins
 * through the last second of it (poll() gets whole seconds). Deadlines are connections.c's.
 */
#include "server/listener.h"

#include "server/answer.h"
#include "server/body.h"
#include "server/clock.h"
#include "server/tls.h"

#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    HEADER_ROOM = 32 * 1024,  /* of a connection: the header and a piece of the body */
    STACK_SIZE = 1024 * 1024, /* virtual; what is touched counts. 512 levels of JSON need 0.2 */
    KNOCKING_TRIES = 50,      /* of a millisecond: to empty the queue of accepted connections */
    LONGEST_PAUSE_MS = 50,    /* before a connection is accepted */
};

struct listener {
    struct MHD_Daemon *daemon;
    int socket;
    const struct http_site *site;
    struct certificates *certificates;
    struct connections *connections;
    atomic_bool draining;
};

/* A connection. */
struct client {
    struct listener *listener;
    struct connection *connection; /* NULL: refused, and on its way out */
    struct tls_peer peer;
};

struct http_exchange {
    struct MHD_Connection *carrier;
    struct client *client;
    struct http_head head;
    struct body body;
    bool replied;
};

/* NULL if it was refused. */
static struct client *client_of(struct MHD_Connection *carrier)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(carrier, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    struct client *client = info ? info->socket_context : NULL;

    return client && client->connection ? client : NULL;
}

static bool begin_tls(struct client *client, struct MHD_Connection *carrier, int socket)
{
    const union MHD_ConnectionInfo *info;

    if (!client->listener->certificates)
        return true;
    info = MHD_get_connection_info(carrier, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    return info && info->tls_session &&
           tls_begin((gnutls_session_t)info->tls_session, socket, client->listener->certificates,
                     &client->peer);
}

static struct client *client_new(struct listener *listener, struct MHD_Connection *carrier,
                                 int socket)
{
    struct client *client = calloc(1, sizeof *client);

    if (!client)
        return NULL;
    client->listener = listener;
    if (begin_tls(client, carrier, socket))
        client->connection = connections_open(listener->connections, socket);
    if (!client->connection)
        tls_refuse(&client->peer);
    return client;
}

/*
 * At its limit the library closes whoever comes, and those that were cut count until their threads
 * have ended. In a rush they get the time for that; newcomers wait in the kernel's queue.
 */
static void let_leave(const struct listener *listener)
{
    int64_t pause = connections_pause(listener->connections);

    if (pause)
        clock_sleep(pause < LONGEST_PAUSE_MS ? pause : LONGEST_PAUSE_MS);
}

/*
 * The listening thread calls this before the handshake, and after the connection's thread ended and
 * before its socket is closed. A refused one has a thread and a session until then too, and what it
 * had sent before the shutdown can be read: so its client stays as long.
 */
static void on_connection(void *context, struct MHD_Connection *carrier, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct client *client = *socket_context;
    int socket;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        let_leave(context);
        socket = MHD_get_connection_info(carrier, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        client = client_new(context, carrier, socket);
        *socket_context = client;
        if (!client || !client->connection)
            shutdown(socket, SHUT_RDWR);
        return;
    }
    if (!client)
        return;
    connection_closed(client->connection);
    tls_end(&client->peer);
    free(client);
    *socket_context = NULL;
}

/* The request line was read. */
static void *on_request_line(void *context, const char *uri, struct MHD_Connection *carrier)
{
    struct client *client = client_of(carrier);

    (void)context;
    (void)uri;
    if (!client)
        return NULL;
    tls_heard(&client->peer);
    connection_enter(client->connection, CONNECTION_HEADER);
    return NULL;
}

static enum MHD_Result on_field(void *context, enum MHD_ValueKind kind, const char *name,
                                size_t name_size, const char *value, size_t value_size)
{
    (void)kind;
    http_head_field(context, (struct bytes){name, name_size},
                    (struct bytes){value, value ? value_size : 0});
    return MHD_YES;
}

static bool add_header(struct MHD_Response *response, const char *name, const char *value)
{
    return !value || MHD_add_response_header(response, name, value) == MHD_YES;
}

static void make_room(void *context)
{
    const struct http_exchange *exchange = context;

    connections_cut_large(exchange->client->connection);
}

/* False without memory. */
static bool add_headers(struct MHD_Response *response, const struct http_answer *answer, bool last)
{
    char retry_after[16];

    (void)snprintf(retry_after, sizeof retry_after, "%u", answer->retry_after);
    return add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                      answer->content_type ? answer->content_type : "text/plain; charset=utf-8") &&
           add_header(response, MHD_HTTP_HEADER_ALLOW, answer->allow) &&
           add_header(response, MHD_HTTP_HEADER_RETRY_AFTER,
                      answer->retry_after ? retry_after : NULL) &&
           add_header(response, MHD_HTTP_HEADER_CONNECTION, last ? "close" : NULL);
}

bool http_reply(struct http_exchange *exchange, const struct http_answer *answer)
{
    const struct listener *listener = exchange->client->listener;
    bool large = answer_is_large(answer->body);
    struct MHD_Response *response = answer_response(answer->body, make_room, exchange);

    if (!response && large)
        http_busy(exchange, "too many large answers\n");
    if (!response)
        return false;
    connection_enter(exchange->client->connection, CONNECTION_SENDING);
    if (large)
        connection_set_large(exchange->client->connection);
    exchange->replied = add_headers(response, answer, atomic_load(&listener->draining)) &&
                        MHD_queue_response(exchange->carrier, answer->status, response) == MHD_YES;
    MHD_destroy_response(response);
    if (exchange->replied && listener->site->answered)
        listener->site->answered(listener->site->context, &exchange->head, answer->status);
    return exchange->replied;
}

static enum MHD_Result begin(struct http_exchange *exchange, const char *method, const char *path)
{
    const struct http_site *site = exchange->client->listener->site;
    const char *problem;

    exchange->head.method = method;
    exchange->head.path = path;
    MHD_get_connection_values_n(exchange->carrier, MHD_HEADER_KIND, on_field, &exchange->head);
    problem = http_head_problem(&exchange->head);
    if (problem)
        http_say(exchange, HTTP_BAD_REQUEST, problem);
    else if (site->begin(site->context, exchange, &exchange->head))
        return MHD_YES;
    return exchange->replied ? MHD_YES : MHD_NO;
}

/* Defence in depth: without a verified certificate there was no handshake to get here by. */
static enum MHD_Result on_head(struct MHD_Connection *carrier, const char *method, const char *path,
                               void **request_context)
{
    struct client *client = client_of(carrier);
    struct http_exchange *exchange;

    if (!client || (client->listener->certificates && !tls_admits(&client->peer)))
        return MHD_NO;
    exchange = calloc(1, sizeof *exchange);
    if (!exchange)
        return MHD_NO;
    *request_context = exchange;
    exchange->carrier = carrier;
    exchange->client = client;
    tls_heard(&client->peer);
    connection_enter(client->connection, CONNECTION_BODY);
    return begin(exchange, method, path);
}

/*
 * The library can not answer while a body comes in. So after a failure the rest is thrown away, and
 * the refusal sent at the end; who sends more than twice the limit is just cut off.
 */
static enum MHD_Result on_body(struct http_exchange *exchange, struct bytes piece)
{
    bool was_large = body_is_large(&exchange->body);

    tls_heard(&exchange->client->peer);
    (void)body_append(&exchange->body, piece, make_room, exchange);
    if (!was_large && body_is_large(&exchange->body))
        connection_set_large(exchange->client->connection);
    return exchange->body.swallowed > BODY_LIMIT ? MHD_NO : MHD_YES;
}

static enum MHD_Result on_end(struct http_exchange *exchange)
{
    const struct http_site *site = exchange->client->listener->site;
    struct body *body = &exchange->body;

    connection_enter(exchange->client->connection, CONNECTION_ANSWERING);
    if (body->status == BODY_TOO_LARGE)
        http_say(exchange, HTTP_CONTENT_TOO_LARGE, "the body is larger than 7 MiB\n");
    else if (body->status == BODY_NO_MEMORY)
        http_busy(exchange, "too many large bodies\n");
    else
        site->finish(site->context, exchange, &exchange->head,
                     (struct bytes){body->data, body->size});
    body_free(body);
    return exchange->replied ? MHD_YES : MHD_NO;
}

/* Called with the head, with each piece of the body, and at the end. */
/* NOLINTNEXTLINE(readability-function-size): an MHD_AccessHandlerCallback */
static enum MHD_Result on_request(void *context, struct MHD_Connection *carrier, const char *path,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_size, void **request_context)
{
    struct http_exchange *exchange = *request_context;
    struct bytes piece = {data, *data_size};

    (void)context;
    (void)version;
    if (!exchange)
        return on_head(carrier, method, path, request_context);
    if (!piece.size)
        return on_end(exchange);
    *data_size = 0;
    return on_body(exchange, piece);
}

/* The last byte of the answer is sent, or the connection broke. */
static void on_completed(void *context, struct MHD_Connection *carrier, void **request_context,
                         enum MHD_RequestTerminationCode code)
{
    struct http_exchange *exchange = *request_context;

    (void)context;
    (void)carrier;
    (void)code;
    if (!exchange)
        return;
    connection_enter(exchange->client->connection, CONNECTION_IDLE);
    body_free(&exchange->body);
    free(exchange);
    *request_context = NULL;
}

/* The library's complaints are about peers; what matters of them is counted (connections.h). */
static void on_complaint(void *context, const char *format, va_list args)
{
    (void)context;
    (void)format;
    (void)args;
}

static struct MHD_Daemon *start_daemon(struct listener *listener)
{
    const bool tls = listener->certificates;
    const unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
                           MHD_USE_POLL | MHD_USE_ITC | MHD_USE_ERROR_LOG | (tls ? MHD_USE_TLS : 0);
    char priorities[] = TLS_PRIORITIES;
    struct MHD_OptionItem bounds[] = {
        {MHD_OPTION_LISTEN_SOCKET, listener->socket, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)connections_most(listener->connections), NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEADER_ROOM, NULL},
        {MHD_OPTION_THREAD_STACK_SIZE, STACK_SIZE, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem secrecy[] = {
        {MHD_OPTION_HTTPS_PRIORITIES, 0, priorities},
        {MHD_OPTION_TLS_NO_ALPN, 1, NULL}, /* tls_begin() sets ours */
        {MHD_OPTION_END, 0, NULL},
    };

    return MHD_start_daemon(flags, 0, NULL, NULL, on_request, NULL, MHD_OPTION_EXTERNAL_LOGGER,
                            on_complaint, NULL, MHD_OPTION_NOTIFY_CONNECTION, on_connection,
                            listener, MHD_OPTION_URI_LOG_CALLBACK, on_request_line, NULL,
                            MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_ARRAY,
                            bounds, tls ? MHD_OPTION_ARRAY : MHD_OPTION_END, secrecy,
                            MHD_OPTION_HTTPS_CERT_CALLBACK, tls_certificate, MHD_OPTION_END);
}

static void listener_free(struct listener *listener)
{
    close(listener->socket);
    free(listener);
}

struct listener *listener_start(const struct listener_settings *settings, struct problem *problem)
{
    struct listener *listener = calloc(1, sizeof *listener);

    if (!listener) {
        problem_set(problem, 0, 0, "no memory");
        close(settings->socket);
        return NULL;
    }
    listener->socket = settings->socket;
    listener->site = settings->site;
    listener->certificates = settings->certificates;
    listener->connections = settings->connections;
    listener->daemon = start_daemon(listener);
    if (listener->daemon)
        return listener;
    problem_set(problem, 0, 0, "the HTTP server does not start: %s", strerror(errno));
    listener_free(listener);
    return NULL;
}

void listener_drain(struct listener *listener)
{
    atomic_store(&listener->draining, true);
}

/* A connection that the kernel has accepted and we have not would be reset. */
void listener_close(struct listener *listener)
{
    struct pollfd knocking = {.fd = listener->socket, .events = POLLIN};

    for (int i = 0; i < KNOCKING_TRIES && poll(&knocking, 1, 0) > 0; i++)
        clock_sleep(1);
    (void)MHD_quiesce_daemon(listener->daemon);
    shutdown(listener->socket, SHUT_RDWR);
}

void listener_stop(struct listener *listener)
{
    if (!listener)
        return;
    (void)MHD_quiesce_daemon(listener->daemon);
    MHD_stop_daemon(listener->daemon);
    listener_free(listener);
}
