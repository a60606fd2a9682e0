/* SPDX-License-Identifier: Apache-2.0 */
/* What we ask of each TLS session. For listener.c, which carries it. */
#ifndef SERVER_TLS_H
#define SERVER_TLS_H

#include "server/certificate.h"

#include <gnutls/abstract.h>

/*
 * TLS 1.3, and 1.2 with authenticated ciphers and forward secrecy only. Plain NORMAL takes TLS 1.0
 * and CBC. No tickets: the API server's client has no session cache, two tickets cost 80 µs a
 * handshake (measured).
 */
#define TLS_PRIORITIES                                                                             \
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:"            \
    "+CHACHA20-POLY1305:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:%SERVER_PRECEDENCE:%NO_TICKETS"

/* A session's side of the story; lives as long as the session. */
struct tls_peer {
    struct certificate *certificate; /* the generation it began with */
    bool verified;                   /* its certificate was wanted, is valid and has a right name */
    int socket;
    size_t received; /* bytes from the network since something was heard of them */
};

/*
 * What a peer may send without a request line, a whole header or a piece of a body coming of it.
 * GnuTLS keeps a handshake message until it is whole, also after the handshake, and one may be
 * announced with 16 MiB (tried: it did, of each peer, before any certificate). A handshake takes
 * some 2 KiB, 15 with a long chain of client certificates, a header at most 32.
 */
enum { TLS_MOST_UNHEARD = 64 * 1024 };

/* Before the handshake. On false the session must not go on. */
bool tls_begin(gnutls_session_t session, int socket, struct certificates *certificates,
               struct tls_peer *peer);

/* Something was heard of it: see TLS_MOST_UNHEARD. */
void tls_heard(struct tls_peer *peer);

/* Nothing it sent is read any more. */
void tls_refuse(struct tls_peer *peer);

/* May this peer speak HTTP? */
bool tls_admits(const struct tls_peer *peer);

/* After the session. */
void tls_end(struct tls_peer *peer);

/* A gnutls_certificate_retrieve_function2 for sessions that went through tls_begin(). */
int tls_certificate(gnutls_session_t session, const gnutls_datum_t *request_names,
                    int request_count, const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
                    gnutls_pcert_st **ret_chain, unsigned *ret_length, gnutls_privkey_t *ret_key);

#endif
