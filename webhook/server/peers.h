/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who connects, by address (IPv6: by /64, which one host may have all of), and how many connections
 * each has in what state, and how many of them are large (connections.h). So that a crowd from one
 * place pushes out its own. Not thread-safe.
 */
#ifndef SERVER_PEERS_H
#define SERVER_PEERS_H

#include "server/connections.h"

enum { PEER_KEY_SIZE = 8, PEER_BUCKETS = 256 };

struct peer {
    struct peer *next;
    unsigned char key[PEER_KEY_SIZE];
    size_t connections, large;
    size_t in[CONNECTION_STATES];
};

struct peers {
    struct peer *buckets[PEER_BUCKETS];
};

/* The other end of a socket, counted until peers_release(). NULL if there is no memory. */
struct peer *peers_hold(struct peers *peers, int socket);
void peers_release(struct peers *peers, struct peer *peer);

#endif
