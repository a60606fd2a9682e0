/* SPDX-License-Identifier: Apache-2.0 */
#include "server/connections.h"

#include "server/clock.h"
#include "server/peers.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

enum {
    LOOKS = 64,      /* system calls to find one that is silent */
    SHARE = 8,       /* of the places, that part: who keeps more of them is a crowd by himself */
    IDLE_WEIGHT = 4, /* so many idle connections count as one */
};

struct connection {
    struct connections *home;
    struct connection *previous, *next;
    struct peer *peer;
    enum connection_state state;
    int64_t since; /* ms */
    int socket;
    bool large; /* it holds memory that others wait for */
    bool wrote; /* something has come from it */
    bool asked; /* a complete header has */
};

/* All of one state have one timeout, and enter at the tail: the head is always the next to go. */
struct queue {
    struct connection *head, *tail;
    size_t count;
};

struct connections {
    pthread_mutex_t lock;
    struct connection_limits limits;
    struct queue queues[CONNECTION_STATES];
    struct peers peers;
    size_t count;
    struct connection_counts totals;
};

const char *const connection_state_names[] = {"opening",   "header",  "body", "idle",
                                              "answering", "sending", "cut"};
const char *const connection_end_names[] = {"deadline", "crowded", "drained"};

/* Who makes room, the first first. A request being judged never does. */
static const enum connection_state makes_room[] = {
    CONNECTION_OPENING, CONNECTION_HEADER, CONNECTION_BODY, CONNECTION_IDLE, CONNECTION_SENDING};

struct connections *connections_new(const struct connection_limits *limits)
{
    struct connections *connections = calloc(1, sizeof *connections);

    if (!connections)
        return NULL;
    connections->limits = *limits;
    pthread_mutex_init(&connections->lock, NULL);
    return connections;
}

void connections_free(struct connections *connections)
{
    if (!connections)
        return;
    pthread_mutex_destroy(&connections->lock);
    free(connections);
}

size_t connections_most(const struct connections *connections)
{
    return connections_with_leaving(connections->limits.most);
}

int64_t connections_pause(struct connections *connections)
{
    size_t most = connections->limits.most, count;
    size_t comfortable = most + (connections_with_leaving(most) - most) / 2;

    pthread_mutex_lock(&connections->lock);
    count = connections->count;
    pthread_mutex_unlock(&connections->lock);
    return count > comfortable ? (int64_t)(count - comfortable) : 0;
}

static void set_large(struct connection *connection, bool large)
{
    connection->peer->large += large;
    connection->peer->large -= connection->large;
    connection->large = large;
}

static void leave(struct connection *connection)
{
    struct queue *queue = &connection->home->queues[connection->state];

    set_large(connection, false);
    *(connection->previous ? &connection->previous->next : &queue->head) = connection->next;
    *(connection->next ? &connection->next->previous : &queue->tail) = connection->previous;
    queue->count--;
    connection->peer->in[connection->state]--;
}

static void enter(struct connection *connection, enum connection_state state)
{
    struct queue *queue = &connection->home->queues[state];

    connection->state = state;
    connection->since = clock_ms();
    connection->previous = queue->tail;
    connection->next = NULL;
    *(queue->tail ? &queue->tail->next : &queue->head) = connection;
    queue->tail = connection;
    queue->count++;
    connection->peer->in[state]++;
}

static void cut(struct connection *connection, enum connection_end why)
{
    struct connections *home = connection->home;

    shutdown(connection->socket, SHUT_RDWR);
    home->totals.ended[why]++;
    leave(connection);
    enter(connection, CONNECTION_CUT);
}

static bool has_written(struct connection *connection)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof info;

    if (!connection->wrote)
        connection->wrote =
            getsockopt(connection->socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 ||
            info.tcpi_bytes_received > 0;
    return connection->wrote;
}

/* Who has the most connections in this state. */
static const struct peer *largest_peer(const struct connections *connections,
                                       enum connection_state state)
{
    const struct peer *largest = NULL;

    for (const struct connection *each = connections->queues[state].head; each; each = each->next) {
        if (!largest || each->peer->in[state] > largest->in[state])
            largest = each->peer;
    }
    return largest;
}

/* What a peer keeps places with. An API server keeps some idle connections, and for good reason. */
static size_t kept_places(const struct peer *peer)
{
    return peer->in[CONNECTION_OPENING] + peer->in[CONNECTION_HEADER] + peer->in[CONNECTION_BODY] +
           peer->in[CONNECTION_SENDING] + peer->in[CONNECTION_IDLE] / IDLE_WEIGHT;
}

/* Else a crowd that stalls in its bodies would live on the handshakes of all others. NULL: none. */
static const struct peer *crowding_peer(const struct connections *connections)
{
    const struct peer *crowd = NULL;
    size_t most = connections->limits.most / SHARE;

    for (size_t i = 0; i < sizeof makes_room / sizeof *makes_room; i++) {
        const struct peer *largest = largest_peer(connections, makes_room[i]);

        if (largest && kept_places(largest) > most) {
            crowd = largest;
            most = kept_places(largest);
        }
    }
    return crowd;
}

/*
 * The oldest of the address that has the most in this state, or of that crowd. But of those that
 * open, one that has sent nothing, if there is one among the first: a rush of the silent does not
 * push out a handshake on its way.
 */
static struct connection *next_to_go(const struct connections *connections,
                                     enum connection_state state, const struct peer *crowd)
{
    const struct peer *largest = crowd ? crowd : largest_peer(connections, state);
    struct connection *oldest = NULL;
    int looked = 0;

    for (struct connection *each = connections->queues[state].head; each; each = each->next) {
        if (each->peer != largest)
            continue;
        if (!oldest)
            oldest = each;
        if (state != CONNECTION_OPENING || looked >= LOOKS)
            break;
        looked += !each->wrote;
        if (!has_written(each))
            return each;
    }
    return oldest;
}

/* Those already cut hold no place: their threads are on the way out. */
static bool make_room(struct connections *connections)
{
    const struct peer *crowd;

    if (connections->count - connections->queues[CONNECTION_CUT].count < connections->limits.most)
        return true;
    crowd = crowding_peer(connections);
    for (size_t i = 0; i < sizeof makes_room / sizeof *makes_room; i++) {
        struct connection *next = next_to_go(connections, makes_room[i], crowd);

        if (!next)
            continue;
        cut(next, CONNECTION_END_CROWDED);
        return true;
    }
    return false;
}

/* A place for it, or not. */
static bool take_place(struct connections *connections, struct connection *connection)
{
    if (!make_room(connections)) {
        connections->totals.ended[CONNECTION_END_CROWDED]++;
        return false;
    }
    connection->peer = peers_hold(&connections->peers, connection->socket);
    if (!connection->peer)
        return false;
    enter(connection, CONNECTION_OPENING);
    connections->count++;
    connections->totals.opened++;
    return true;
}

struct connection *connections_open(struct connections *connections, int socket)
{
    struct connection *connection = calloc(1, sizeof *connection);
    bool admitted;

    if (!connection)
        return NULL;
    connection->home = connections;
    connection->socket = socket;
    pthread_mutex_lock(&connections->lock);
    admitted = take_place(connections, connection);
    pthread_mutex_unlock(&connections->lock);
    if (admitted)
        return connection;
    free(connection);
    return NULL;
}

/* A first request line changes nothing: else a peer had the time for a header twice. */
void connection_enter(struct connection *connection, enum connection_state state)
{
    pthread_mutex_lock(&connection->home->lock);
    if (connection->state != CONNECTION_CUT &&
        !(connection->state == CONNECTION_OPENING && state == CONNECTION_HEADER)) {
        leave(connection);
        enter(connection, state);
        connection->asked = connection->asked || state == CONNECTION_BODY;
    }
    pthread_mutex_unlock(&connection->home->lock);
}

void connection_closed(struct connection *connection)
{
    struct connections *home = connection ? connection->home : NULL;

    if (!connection)
        return;
    pthread_mutex_lock(&home->lock);
    leave(connection);
    peers_release(&home->peers, connection->peer);
    home->count--;
    home->totals.silent += !connection->asked;
    pthread_mutex_unlock(&home->lock);
    free(connection);
}

/* Milliseconds to the deadline of the next one in this state. */
static int64_t sweep(struct connections *connections, enum connection_state state, int64_t now,
                     int64_t otherwise)
{
    int64_t timeout = connections->limits.timeout_ms[state];
    struct connection *oldest = connections->queues[state].head;

    while (timeout && oldest && oldest->since + timeout <= now) {
        cut(oldest, CONNECTION_END_DEADLINE);
        oldest = connections->queues[state].head;
    }
    if (!timeout || !oldest || oldest->since + timeout - now > otherwise)
        return otherwise;
    return oldest->since + timeout - now;
}

int64_t connections_sweep(struct connections *connections, int64_t otherwise)
{
    int64_t now = clock_ms();

    pthread_mutex_lock(&connections->lock);
    for (int state = 0; state < CONNECTION_CUT; state++)
        otherwise = sweep(connections, (enum connection_state)state, now, otherwise);
    pthread_mutex_unlock(&connections->lock);
    return otherwise;
}

void connection_set_large(struct connection *connection)
{
    pthread_mutex_lock(&connection->home->lock);
    set_large(connection, connection->state != CONNECTION_CUT);
    pthread_mutex_unlock(&connection->home->lock);
}

static bool goes_first(const struct connection *connection, const struct connection *other)
{
    if (connection->peer->large != other->peer->large)
        return connection->peer->large > other->peer->large;
    return connection->since < other->since;
}

void connections_cut_large(const struct connection *except)
{
    static const enum connection_state holders[] = {CONNECTION_BODY, CONNECTION_SENDING};
    struct connections *home = except->home;
    struct connection *first = NULL;

    pthread_mutex_lock(&home->lock);
    for (size_t i = 0; i < sizeof holders / sizeof *holders; i++) {
        for (struct connection *each = home->queues[holders[i]].head; each; each = each->next) {
            if (each->large && each != except && (!first || goes_first(each, first)))
                first = each;
        }
    }
    if (first)
        cut(first, CONNECTION_END_CROWDED);
    pthread_mutex_unlock(&home->lock);
}

void connections_hurry(struct connections *connections, int64_t timeout_ms)
{
    pthread_mutex_lock(&connections->lock);
    for (int state = 0; state < CONNECTION_CUT; state++) {
        int64_t *timeout = &connections->limits.timeout_ms[state];

        if (!*timeout || *timeout > timeout_ms)
            *timeout = timeout_ms;
    }
    pthread_mutex_unlock(&connections->lock);
}

static bool has_sent_more(const struct connection *connection)
{
    int unread = 0;

    return ioctl(connection->socket, FIONREAD, &unread) == 0 && unread > 0;
}

void connections_cut_idle(struct connections *connections)
{
    struct connection *next;

    pthread_mutex_lock(&connections->lock);
    for (struct connection *idle = connections->queues[CONNECTION_IDLE].head; idle; idle = next) {
        next = idle->next;
        if (!has_sent_more(idle))
            cut(idle, CONNECTION_END_DRAINED);
    }
    pthread_mutex_unlock(&connections->lock);
}

size_t connections_present(struct connections *connections)
{
    size_t count;

    pthread_mutex_lock(&connections->lock);
    count = connections->count;
    pthread_mutex_unlock(&connections->lock);
    return count;
}

struct connection_counts connections_count(struct connections *connections)
{
    struct connection_counts counts;

    pthread_mutex_lock(&connections->lock);
    counts = connections->totals;
    for (int state = 0; state < CONNECTION_STATES; state++)
        counts.in[state] = connections->queues[state].count;
    pthread_mutex_unlock(&connections->lock);
    return counts;
}
