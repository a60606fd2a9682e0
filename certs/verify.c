/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/verify.h"

#include "certs/pem.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

enum {
    SECURITY_LEVEL = 2, /* of OpenSSL: 112 bits, as NIST SP 800-57 and GnuTLS's "medium" */
    DEPTH = 4,          /* CAs between the client and the one we trust */
    SAME_NAME_MAX = 8,
};

/*
 * Without key identifiers OpenSSL picks one CA by its name, and that may be the other one of two.
 * So those of one name are in different stores; mostly there is one store.
 */
struct client_verifier {
    X509_STORE *stores[SAME_NAME_MAX]; /* what they change in themselves, they do under a lock */
    size_t count;
    const struct option_list *names;
};

static const char signed_by_nobody[] = "no CA of --client-ca signed it";

/* What OpenSSL found, in words for whoever reads the log. */
static const struct reason {
    int error;
    const char *text;
} reasons[] = {
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, signed_by_nobody},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, signed_by_nobody},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, signed_by_nobody},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, signed_by_nobody},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, signed_by_nobody},
    {X509_V_ERR_CERT_SIGNATURE_FAILURE, "a signature in its chain is wrong"},
    {X509_V_ERR_CERT_HAS_EXPIRED, "it or a CA above it has expired"},
    {X509_V_ERR_CERT_NOT_YET_VALID, "it or a CA above it is not valid yet"},
    {X509_V_ERR_INVALID_PURPOSE, "it or a CA above it is not for TLS clients"},
    {X509_V_ERR_INVALID_CA, "a certificate above it is no CA"},
    {X509_V_ERR_PATH_LENGTH_EXCEEDED, "its chain is longer than a CA in it allows"},
    {X509_V_ERR_CERT_CHAIN_TOO_LONG, "its chain is too long"},
    {X509_V_ERR_EE_KEY_TOO_SMALL, "its key is too weak: it takes 112 bits of security"},
    {X509_V_ERR_CA_KEY_TOO_SMALL, "a CA's key is too weak: it takes 112 bits of security"},
    {X509_V_ERR_CA_MD_TOO_WEAK, "a signature in its chain is too weak, as with SHA-1"},
    {X509_V_ERR_OUT_OF_MEM, "no memory"},
};

static const char *reason_for(int error)
{
    for (const struct reason *each = reasons; each < reasons + sizeof reasons / sizeof *reasons;
         each++) {
        if (each->error == error)
            return each->text;
    }
    return "it does not verify against --client-ca";
}

static X509_STORE *new_store(void)
{
    X509_STORE *store = X509_STORE_new();

    if (store && X509_STORE_set_purpose(store, X509_PURPOSE_SSL_CLIENT) == 1 &&
        X509_STORE_set_depth(store, DEPTH) == 1 &&
        X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) == 1) {
        X509_VERIFY_PARAM_set_auth_level(X509_STORE_get0_param(store), SECURITY_LEVEL);
        return store;
    }
    X509_STORE_free(store);
    return NULL;
}

static bool fail(struct problem *problem, const char *message)
{
    problem_set(problem, 0, 0, "%s", message);
    return false;
}

static X509 *same_name(X509_STORE *store, X509 *authority)
{
    STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(store);
    int at = X509_OBJECT_idx_by_subject(objects, X509_LU_X509, X509_get_subject_name(authority));

    return at < 0 ? NULL : X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, at));
}

static bool trust_one(struct client_verifier *verifier, X509 *authority, struct problem *problem)
{
    for (size_t i = 0; i < SAME_NAME_MAX; i++) {
        const X509 *there;

        if (i == verifier->count && (verifier->stores[i] = new_store()) != NULL)
            verifier->count++;
        if (i == verifier->count)
            return fail(problem, "no memory");
        there = same_name(verifier->stores[i], authority);
        if (!there)
            return X509_STORE_add_cert(verifier->stores[i], authority) == 1 ||
                   fail(problem, "no memory");
        if (X509_cmp(there, authority) == 0)
            return true;
    }
    return fail(problem, "more than 8 different CAs of one name in it");
}

/* OpenSSL reads a certificate whose key it does not know, or had no memory for. */
static bool is_usable(X509 *authority, int number, struct problem *problem)
{
    if (!X509_check_ca(authority))
        problem_set(problem, 0, 0, "certificate %d in it is no CA's", number);
    else if (EVP_PKEY_get_security_bits(X509_get0_pubkey(authority)) <= 0)
        problem_set(problem, 0, 0, "certificate %d in it has a key that can not be used", number);
    else
        return true;
    return false;
}

static bool trust(struct client_verifier *verifier, const struct pem_content *content,
                  struct problem *problem)
{
    int count = sk_X509_num(content->certificates);

    if (count == 0)
        return fail(problem, "no CA certificate in PEM");
    if (content->key)
        return fail(problem, "a private key in it: it is for certificates only");
    for (int i = 0; i < count; i++) {
        X509 *authority = sk_X509_value(content->certificates, i);

        if (!is_usable(authority, i + 1, problem) || !trust_one(verifier, authority, problem))
            return false;
    }
    return true;
}

static bool read_authorities(struct client_verifier *verifier, struct bytes pem,
                             struct problem *problem)
{
    struct pem_content content = {0};
    bool good;

    if (pem.size > CERT_FILE_LIMIT)
        return fail(problem, "more than 1 MiB");
    good = pem_read(pem, &content, problem) && trust(verifier, &content, problem);
    pem_content_free(&content);
    return good;
}

struct client_verifier *client_verifier_new(struct bytes authorities,
                                            const struct option_list *names,
                                            struct problem *problem)
{
    struct client_verifier *verifier = calloc(1, sizeof *verifier);
    bool good =
        verifier ? read_authorities(verifier, authorities, problem) : fail(problem, "no memory");

    ERR_clear_error();
    if (!good) {
        client_verifier_free(verifier);
        return NULL;
    }
    verifier->names = names;
    return verifier;
}

void client_verifier_free(struct client_verifier *verifier)
{
    for (size_t i = 0; verifier && i < verifier->count; i++)
        X509_STORE_free(verifier->stores[i]);
    free(verifier);
}

static bool is_wanted(const struct option_list *names, const unsigned char *name, int size)
{
    for (size_t i = 0; i < names->count; i++) {
        if (size >= 0 &&
            bytes_are((struct bytes){(const char *)name, (size_t)size}, names->items[i]))
            return true;
    }
    return false;
}

/* Of several, whoever let it be signed may have looked at another one than we: so none counts. */
static bool common_name_is_wanted(const struct option_list *names, X509 *client)
{
    const X509_NAME *subject = X509_get_subject_name(client);
    int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    unsigned char *name = NULL;
    bool wanted;
    int size;

    if (at < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, at) >= 0)
        return false;
    size = ASN1_STRING_to_UTF8(&name, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    wanted = is_wanted(names, name, size);
    OPENSSL_free(name);
    return wanted;
}

static bool other_name_is_wanted(const struct option_list *names, X509 *client)
{
    GENERAL_NAMES *others = X509_get_ext_d2i(client, NID_subject_alt_name, NULL, NULL);
    bool wanted = false;

    for (int i = 0; i < sk_GENERAL_NAME_num(others) && !wanted; i++) {
        const GENERAL_NAME *each = sk_GENERAL_NAME_value(others, i);

        if (each->type == GEN_DNS || each->type == GEN_URI)
            wanted = is_wanted(names, ASN1_STRING_get0_data(each->d.ia5),
                               ASN1_STRING_length(each->d.ia5));
    }
    GENERAL_NAMES_free(others);
    return wanted;
}

static bool name_is_wanted(const struct option_list *names, X509 *client)
{
    return names->count == 0 || common_name_is_wanted(names, client) ||
           other_name_is_wanted(names, client);
}

/* NULL where one can not be read whole; the caller's to free with its certificates. */
static STACK_OF(X509) * read_chain(const struct bytes *chain, size_t length)
{
    STACK_OF(X509) *certificates = sk_X509_new_reserve(NULL, (int)length);
    bool good = certificates;

    for (size_t i = 0; i < length && good; i++) {
        const unsigned char *data = (const unsigned char *)chain[i].data, *end = data;
        X509 *certificate = d2i_X509(NULL, &end, (long)chain[i].size);

        good = certificate && end == data + chain[i].size;
        if (!good || !sk_X509_push(certificates, certificate)) {
            X509_free(certificate);
            good = false;
        }
    }
    if (good)
        return certificates;
    sk_X509_pop_free(certificates, X509_free);
    return NULL;
}

/* One of X509_V_ERR_…, or X509_V_OK. */
static int verify(X509_STORE *store, STACK_OF(X509) * chain)
{
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    int error = X509_V_ERR_OUT_OF_MEM;

    if (context && X509_STORE_CTX_init(context, store, sk_X509_value(chain, 0), chain) == 1 &&
        X509_verify_cert(context) == 1)
        error = X509_V_OK;
    else if (context && X509_STORE_CTX_get_error(context) != X509_V_OK)
        error = X509_STORE_CTX_get_error(context);
    X509_STORE_CTX_free(context);
    return error;
}

/* A store that knows none of the chain's CAs has nothing to say. */
static const char *refusal(const struct client_verifier *verifier, STACK_OF(X509) * chain)
{
    X509 *client = sk_X509_value(chain, 0);
    const char *reason = signed_by_nobody;

    for (size_t i = 0; i < verifier->count; i++) {
        int error = verify(verifier->stores[i], chain);

        if (error == X509_V_OK)
            return name_is_wanted(verifier->names, client)
                       ? NULL
                       : "its names are not among --client-name";
        if (reason == signed_by_nobody)
            reason = reason_for(error);
    }
    return reason;
}

const char *client_verifier_refusal(const struct client_verifier *verifier,
                                    const struct bytes *chain, size_t length)
{
    STACK_OF(X509) *certificates = read_chain(chain, length);
    const char *reason =
        sk_X509_num(certificates) > 0 ? refusal(verifier, certificates) : "it can not be read";

    sk_X509_pop_free(certificates, X509_free);
    ERR_clear_error();
    return reason;
}
