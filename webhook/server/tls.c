/* SPDX-License-Identifier: Apache-2.0 */
#include "server/tls.h"

#include "server/certificate_parts.h"
#include "server/log.h"
#include "server/metrics.h"

#include <string.h>

/*
 * A session carries one pointer of the application and one for a session database. libmicrohttpd
 * keeps its connection in the first (0.9.75 to 1.0.10, for pre-shared keys), and nobody here has a
 * database: so the second is ours.
 */
static struct tls_peer *peer_of(gnutls_session_t session)
{
    return gnutls_db_get_ptr(session);
}

static bool is_wanted(const struct option_list *wanted, const char *name, size_t size)
{
    for (size_t i = 0; i < wanted->count; i++) {
        if (strlen(wanted->items[i]) == size && memcmp(wanted->items[i], name, size) == 0)
            return true;
    }
    return false;
}

static bool common_name_is_wanted(gnutls_x509_crt_t client, const struct option_list *wanted)
{
    char name[256];
    size_t size = sizeof name;

    return gnutls_x509_crt_get_dn_by_oid(client, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &size) ==
               GNUTLS_E_SUCCESS &&
           is_wanted(wanted, name, size);
}

static bool other_name_is_wanted(gnutls_x509_crt_t client, const struct option_list *wanted)
{
    int type = 0;

    for (unsigned i = 0; type >= 0 || type == GNUTLS_E_SHORT_MEMORY_BUFFER; i++) {
        char name[256];
        size_t size = sizeof name;

        type = gnutls_x509_crt_get_subject_alt_name(client, i, name, &size, NULL);
        if ((type == GNUTLS_SAN_DNSNAME || type == GNUTLS_SAN_URI) && is_wanted(wanted, name, size))
            return true;
    }
    return false;
}

static const char *problem_with(const struct certificate *ours, gnutls_x509_crt_t *chain,
                                unsigned length)
{
    char purpose[] = GNUTLS_KP_TLS_WWW_CLIENT;
    gnutls_typed_vdata_st for_clients = {.type = GNUTLS_DT_KEY_PURPOSE_OID,
                                         .data = (unsigned char *)purpose};
    const struct option_list *wanted = ours->client_names;
    unsigned status = 0;
    int error = gnutls_x509_trust_list_verify_crt2(ours->client_ca, chain, length, &for_clients, 1,
                                                   GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM),
                                                   &status, NULL);

    if (error < 0 || status != 0)
        return "it does not verify against --client-ca";
    if (wanted->count && !common_name_is_wanted(chain[0], wanted) &&
        !other_name_is_wanted(chain[0], wanted))
        return "its names are not among --client-name";
    return NULL;
}

/* How many could be read; those are the caller's to free. */
static unsigned import_chain(const gnutls_datum_t *sent, unsigned length, gnutls_x509_crt_t *chain)
{
    for (unsigned i = 0; i < length; i++) {
        if (gnutls_x509_crt_init(&chain[i]) < 0)
            return i;
        if (gnutls_x509_crt_import(chain[i], &sent[i], GNUTLS_X509_FMT_DER) < 0) {
            gnutls_x509_crt_deinit(chain[i]);
            return i;
        }
    }
    return length;
}

static const char *problem_with_client(gnutls_session_t session, const struct certificate *ours)
{
    unsigned length = 0, read;
    const gnutls_datum_t *sent = gnutls_certificate_get_peers(session, &length);
    gnutls_x509_crt_t chain[CERTIFICATE_CHAIN_MAX];
    const char *problem;

    if (!sent || !length || length > CERTIFICATE_CHAIN_MAX)
        return "there is none, or too long a chain";
    read = import_chain(sent, length, chain);
    problem = read == length ? problem_with(ours, chain, length) : "it can not be read";
    while (read)
        gnutls_x509_crt_deinit(chain[--read]);
    return problem;
}

/* Inside the handshake: a refused peer never reaches the HTTP parser. */
static int verify_client(gnutls_session_t session)
{
    static struct log_limit limit;
    struct tls_peer *peer = peer_of(session);
    const char *problem = problem_with_client(session, peer->certificate);

    peer->verified = !problem;
    if (!problem)
        return 0;
    metrics_client_refused();
    if (log_allows(&limit))
        log_message("client-refused", "a client certificate was refused: %s", problem);
    /* The library would just close the connection; the caller's log should say more than EOF. */
    (void)gnutls_alert_send(session, GNUTLS_AL_FATAL, GNUTLS_A_BAD_CERTIFICATE);
    return GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR;
}

bool tls_begin(gnutls_session_t session, struct certificates *certificates, struct tls_peer *peer)
{
    unsigned char name[] = {'h', 't', 't', 'p', '/', '1', '.', '1'};
    const gnutls_datum_t http = {name, sizeof name};

    *peer = (struct tls_peer){.certificate = certificates_hold(certificates)};
    if (!peer->certificate)
        return false;
    gnutls_db_set_ptr(session, peer);
    if (peer->certificate->client_ca) {
        gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
        gnutls_session_set_verify_function(session, verify_client);
    }
    /* Mandatory: who offers protocols, but not this one, is refused (RFC 7301). */
    return gnutls_alpn_set_protocols(session, &http, 1, GNUTLS_ALPN_MANDATORY) == GNUTLS_E_SUCCESS;
}

bool tls_admits(const struct tls_peer *peer)
{
    return peer->certificate && (!peer->certificate->client_ca || peer->verified);
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
    struct certificate *certificate = peer_of(session)->certificate;

    (void)request_names;
    (void)request_count;
    (void)algorithms;
    (void)algorithm_count;
    *ret_chain = certificate->chain;
    *ret_length = certificate->chain_length;
    *ret_key = certificate->key;
    return 0;
}
