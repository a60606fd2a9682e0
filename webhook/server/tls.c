/* SPDX-License-Identifier: Apache-2.0 */
#include "server/tls.h"

#include "server/certificate_parts.h"
#include "server/log.h"
#include "server/metrics.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

/*
 * A session carries one pointer of the application and one for a session database. libmicrohttpd
 * keeps its connection in the first (0.9.75 to 1.0.10, for pre-shared keys), and nobody here has a
 * database: so the second is ours.
 */
static struct tls_peer *peer_of(gnutls_session_t session)
{
    return gnutls_db_get_ptr(session);
}

static const char *refusal_of(gnutls_session_t session, const struct certificate *ours)
{
    unsigned length = 0;
    const gnutls_datum_t *sent = gnutls_certificate_get_peers(session, &length);
    struct bytes chain[CLIENT_CHAIN_MAX];

    if (!sent || !length || length > CLIENT_CHAIN_MAX)
        return "there is none, or too long a chain";
    for (unsigned i = 0; i < length; i++)
        chain[i] = (struct bytes){(const char *)sent[i].data, sent[i].size};
    return ours->verification->refusal(ours->clients, chain, length);
}

/* Inside the handshake: a refused peer never reaches the HTTP parser. */
static int verify_client(gnutls_session_t session)
{
    static struct log_limit limit;
    struct tls_peer *peer = peer_of(session);
    const char *refusal = refusal_of(session, peer->certificate);

    peer->verified = !refusal;
    if (!refusal)
        return 0;
    metrics_client_refused();
    if (log_allows(&limit))
        log_message("client-refused", "a client certificate was refused: %s", refusal);
    /* The library would just close the connection; the caller's log should say more than EOF. */
    (void)gnutls_alert_send(session, GNUTLS_AL_FATAL, GNUTLS_A_BAD_CERTIFICATE);
    return GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR;
}

/* A gnutls_pull_func. */
static ssize_t receive(gnutls_transport_ptr_t context, void *data, size_t size)
{
    struct tls_peer *peer = context;
    ssize_t got;

    if (peer->received > TLS_MOST_UNHEARD) {
        errno = ECONNRESET;
        return -1;
    }
    got = recv(peer->socket, data, size, 0);
    if (got > 0)
        peer->received += (size_t)got;
    return got;
}

/* A gnutls_pull_timeout_func: the library's own takes the context for a socket. */
static int wait_for_bytes(gnutls_transport_ptr_t context, unsigned milliseconds)
{
    const struct tls_peer *peer = context;
    struct pollfd socket = {.fd = peer->socket, .events = POLLIN};

    return poll(&socket, 1, milliseconds == GNUTLS_INDEFINITE_TIMEOUT ? -1 : (int)milliseconds);
}

/* Writing stays as libmicrohttpd has set it. */
static void count_what_comes(gnutls_session_t session, struct tls_peer *peer)
{
    gnutls_transport_ptr_t reading, writing;

    gnutls_transport_get_ptr2(session, &reading, &writing);
    gnutls_transport_set_ptr2(session, peer, writing);
    gnutls_transport_set_pull_function(session, receive);
    gnutls_transport_set_pull_timeout_function(session, wait_for_bytes);
}

void tls_refuse(struct tls_peer *peer)
{
    peer->received = TLS_MOST_UNHEARD + 1;
}

void tls_heard(struct tls_peer *peer)
{
    peer->received = 0;
}

bool tls_begin(gnutls_session_t session, int socket, struct certificates *certificates,
               struct tls_peer *peer)
{
    unsigned char name[] = {'h', 't', 't', 'p', '/', '1', '.', '1'};
    const gnutls_datum_t http = {name, sizeof name};

    *peer = (struct tls_peer){.certificate = certificates_hold(certificates), .socket = socket};
    if (!peer->certificate)
        return false;
    count_what_comes(session, peer);
    gnutls_db_set_ptr(session, peer);
    if (peer->certificate->clients) {
        gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
        gnutls_session_set_verify_function(session, verify_client);
    }
    /* Mandatory: who offers protocols, but not this one, is refused (RFC 7301). */
    return gnutls_alpn_set_protocols(session, &http, 1, GNUTLS_ALPN_MANDATORY) == GNUTLS_E_SUCCESS;
}

bool tls_admits(const struct tls_peer *peer)
{
    return peer->certificate && (!peer->certificate->clients || peer->verified);
}

void tls_end(struct tls_peer *peer)
{
    certificate_release(peer->certificate);
    peer->certificate = NULL;
}

/* NOLINTNEXTLINE(readability-function-size): a gnutls_certificate_retrieve_function2 */
int tls_certificate(gnutls_session_t session, const gnutls_datum_t *request_names,
                    int request_count, const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
                    gnutls_pcert_st **ret_chain, unsigned *ret_length, gnutls_privkey_t *ret_key)
{
    const struct tls_peer *peer = peer_of(session);
    struct certificate *certificate = peer ? peer->certificate : NULL;

    (void)request_names;
    (void)request_count;
    (void)algorithms;
    (void)algorithm_count;
    if (!certificate)
        return -1; /* there was no memory for the peer */
    *ret_chain = certificate->chain;
    *ret_length = certificate->chain_length;
    *ret_key = certificate->key;
    return 0;
}
