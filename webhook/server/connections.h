/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is connected, what they are at, and since when. Each state has its own absolute deadline:
 * libmicrohttpd's timeout counts from the last byte, so a peer that sends one now and then would
 * never meet it. When all places are taken, one that has not finished what it began makes room:
 * first the silent, then the slow, then the idle, then who does not read his answer, of each the
 * oldest of the address that has most; and an address that keeps more than an eighth of the places
 * (idle ones count a quarter) makes room before any other. So a crowd keeps nobody out.
 *
 * A connection ends by shutdown() on its socket, which wakes the thread that serves it. The
 * socket's number stays ours until connection_closed(), which the owner calls before close(): both
 * happen under one lock, so the number can not belong to somebody else by then.
 */
#ifndef SERVER_CONNECTIONS_H
#define SERVER_CONNECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum connection_state {
    CONNECTION_OPENING,   /* from accept() to the end of the first header: handshake included */
    CONNECTION_HEADER,    /* a later request line was seen, its header is not complete */
    CONNECTION_BODY,      /* the header is complete, the body is not */
    CONNECTION_IDLE,      /* between two requests */
    CONNECTION_ANSWERING, /* the request is complete, its answer is not made yet */
    CONNECTION_SENDING,   /* the last byte of the answer is not sent yet */
    CONNECTION_CUT,       /* ended by us, its thread has not noticed yet */
    CONNECTION_STATES,
};

/* Why we end a connection. */
enum connection_end {
    CONNECTION_END_DEADLINE,
    CONNECTION_END_CROWDED, /* made room for another */
    CONNECTION_END_DRAINED, /* idle when the server stopped */
    CONNECTION_ENDS,
};

struct connection_limits {
    size_t most;                           /* connections at once */
    int64_t timeout_ms[CONNECTION_STATES]; /* 0: none */
};

struct connections;
struct connection;

/* NULL if there is no memory. */
struct connections *connections_new(const struct connection_limits *limits);

/* Every connection must be closed. Takes NULL. */
void connections_free(struct connections *connections);

/* With those that were cut and whose threads have not ended yet: each has a file and a thread. */
static inline size_t connections_with_leaving(size_t most)
{
    return most + most / 4 + 8;
}

/* Connections that may be there at once, counting those. */
size_t connections_most(const struct connections *connections);

/* How long (ms) to wait before the next one is accepted, so that those that leave can: 0 while half
 * of the room for them is free. */
int64_t connections_pause(struct connections *connections);

/* A new one. NULL if there is no memory or all places are taken by requests being answered: the
 * caller shuts it down. */
struct connection *connections_open(struct connections *connections, int socket);

/* The next state, from now on; a connection that was cut stays so, and one that opens does until
 * its header is complete. */
void connection_enter(struct connection *connection, enum connection_state state);

/* Frees it. Takes NULL. */
void connection_closed(struct connection *connection);

/* Ends what is over its deadline. Returns milliseconds until it should be called again, at most
 * `otherwise`. */
int64_t connections_sweep(struct connections *connections, int64_t otherwise);

/* In its present state it holds memory that others wait for: a large body or answer. */
void connection_set_large(struct connection *connection);

/* Ends one of those, unless it is this one: of the address that has most of them, the one that has
 * been at it for the longest. */
void connections_cut_large(const struct connection *except);

/* From now on, no state may take longer than this. */
void connections_hurry(struct connections *connections, int64_t timeout_ms);

/* Ends those that wait for a request and have sent nothing that is not read yet. */
void connections_cut_idle(struct connections *connections);

/* Open now, those on the way out included. */
size_t connections_present(struct connections *connections);

struct connection_counts {
    size_t in[CONNECTION_STATES];
    uint64_t opened, silent; /* silent: closed without a complete request header */
    uint64_t ended[CONNECTION_ENDS];
};

struct connection_counts connections_count(struct connections *connections);

/* What metrics call them. */
extern const char *const connection_state_names[CONNECTION_STATES];
extern const char *const connection_end_names[CONNECTION_ENDS];

#endif
