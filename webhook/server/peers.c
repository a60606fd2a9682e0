/* SPDX-License-Identifier: Apache-2.0 */
#include "server/peers.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* IPv4, also where it comes as ::ffff:1.2.3.4: the address behind zeros. IPv6: the first half. */
static void read_key(int socket, unsigned char ret_key[PEER_KEY_SIZE])
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } at = {.v6 = {.sin6_family = AF_UNSPEC}};

    socklen_t size = sizeof at;

    memset(ret_key, 0, PEER_KEY_SIZE);
    if (getpeername(socket, &at.any, &size) != 0)
        return;
    if (at.any.sa_family == AF_INET)
        memcpy(ret_key + 4, &at.v4.sin_addr, 4);
    else if (at.any.sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&at.v6.sin6_addr))
        memcpy(ret_key + 4, at.v6.sin6_addr.s6_addr + 12, 4);
    else if (at.any.sa_family == AF_INET6)
        memcpy(ret_key, at.v6.sin6_addr.s6_addr, PEER_KEY_SIZE);
}

/* Nobody gains by making these collide: there are at most as many peers as connections. */
static struct peer **bucket_of(struct peers *peers, const unsigned char key[PEER_KEY_SIZE])
{
    unsigned hash = 0;

    for (int i = 0; i < PEER_KEY_SIZE; i++)
        hash = hash * 31 + key[i];
    return &peers->buckets[hash % PEER_BUCKETS];
}

struct peer *peers_hold(struct peers *peers, int socket)
{
    unsigned char key[PEER_KEY_SIZE];
    struct peer **bucket, *peer;

    read_key(socket, key);
    bucket = bucket_of(peers, key);
    peer = *bucket;
    while (peer && memcmp(peer->key, key, PEER_KEY_SIZE) != 0)
        peer = peer->next;
    if (!peer) {
        peer = calloc(1, sizeof *peer);
        if (!peer)
            return NULL;
        memcpy(peer->key, key, PEER_KEY_SIZE);
        peer->next = *bucket;
        *bucket = peer;
    }
    peer->connections++;
    return peer;
}

void peers_release(struct peers *peers, struct peer *peer)
{
    struct peer **link = bucket_of(peers, peer->key);

    if (--peer->connections)
        return;
    while (*link != peer)
        link = &(*link)->next;
    *link = peer->next;
    free(peer);
}
