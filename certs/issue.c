/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/issue.h"

#include "certs/names.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <string.h>

enum { RSA_BITS = 3072, SERIAL_BITS = 127 };

static const int64_t SECONDS_MAX = INT64_C(100) * 366 * 24 * 60 * 60;

static bool fail(struct problem *problem, const char *message)
{
    problem_set(problem, 0, 0, "%s", message);
    return false;
}

void identity_free(struct identity *identity)
{
    X509_free(identity->certificate);
    EVP_PKEY_free(identity->key);
    *identity = (struct identity){0};
}

static EVP_PKEY *new_key(enum key_kind kind)
{
    if (kind == KEY_RSA)
        return EVP_RSA_gen(RSA_BITS);
    return EVP_EC_gen("P-256");
}

/* The top bit is set, so it is never zero; unpredictable, as CA/Browser Baseline 7.1 wants it. */
static bool set_serial(X509 *certificate)
{
    BIGNUM *number = BN_new();
    bool good = number && BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
                BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));

    BN_free(number);
    return good;
}

static bool set_common_name(X509_NAME *name, const char *text)
{
    return X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                                      (const unsigned char *)text, -1, -1, 0) == 1;
}

/* A leaf that outlives its issuer is a lie: nobody accepts it in the days between. */
static bool set_validity(X509 *certificate, const struct certificate_wish *wish, const X509 *issuer)
{
    time_t end = wish->now + (time_t)wish->seconds;
    time_t begin = wish->begins ? wish->begins : wish->now - ISSUE_BACKDATE;
    const ASN1_TIME *last = issuer ? X509_get0_notAfter(issuer) : NULL;

    if (!ASN1_TIME_set(X509_getm_notBefore(certificate), begin))
        return false;
    if (last && ASN1_TIME_cmp_time_t(last, end) < 0)
        return X509_set1_notAfter(certificate, last) == 1;
    return ASN1_TIME_set(X509_getm_notAfter(certificate), end) != NULL;
}

struct extension {
    int nid;
    const char *value; /* as in OpenSSL's x509v3_config(5) */
};

enum { EXTENSIONS_MAX = 5 };

/* Only digitalSignature on leaves: TLS 1.3 and the AEAD suites of 1.2 encrypt nothing with it. */
static const struct extension extensions[][EXTENSIONS_MAX] = {
    [USE_AUTHORITY] = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                       {NID_key_usage, "critical,keyCertSign,cRLSign"},
                       {NID_subject_key_identifier, "hash"}},
    [USE_SERVER] = {{NID_basic_constraints, "critical,CA:FALSE"},
                    {NID_key_usage, "critical,digitalSignature"},
                    {NID_ext_key_usage, "serverAuth"},
                    {NID_subject_key_identifier, "hash"},
                    {NID_authority_key_identifier, "keyid:always"}},
    [USE_CLIENT] = {{NID_basic_constraints, "critical,CA:FALSE"},
                    {NID_key_usage, "critical,digitalSignature"},
                    {NID_ext_key_usage, "clientAuth"},
                    {NID_subject_key_identifier, "hash"},
                    {NID_authority_key_identifier, "keyid:always"}},
};

static bool add_extension(X509 *certificate, X509 *issuer, const struct extension *extension)
{
    X509V3_CTX context;
    X509_EXTENSION *made;
    bool good;

    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    made = X509V3_EXT_conf_nid(NULL, &context, extension->nid, extension->value);
    good = made && X509_add_ext(certificate, made, -1) == 1;
    X509_EXTENSION_free(made);
    return good;
}

static bool add_extensions(X509 *certificate, X509 *issuer, enum certificate_use use)
{
    for (const struct extension *each = extensions[use];
         each < extensions[use] + EXTENSIONS_MAX && each->nid; each++) {
        if (!add_extension(certificate, issuer, each))
            return false;
    }
    return true;
}

static bool fill(X509 *certificate, EVP_PKEY *key, const struct certificate_wish *wish,
                 X509 *issuer)
{
    X509_NAME *subject = X509_get_subject_name(certificate);

    return X509_set_version(certificate, X509_VERSION_3) == 1 && set_serial(certificate) &&
           set_common_name(subject, wish->common_name) &&
           X509_set_issuer_name(certificate, issuer ? X509_get_subject_name(issuer) : subject) ==
               1 &&
           set_validity(certificate, wish, issuer) && X509_set_pubkey(certificate, key) == 1 &&
           add_extensions(certificate, issuer ? issuer : certificate, wish->use) &&
           names_add(certificate, wish->names, wish->name_count);
}

static bool wish_valid(const struct certificate_wish *wish, struct problem *problem)
{
    size_t length = strlen(wish->common_name);

    if (length == 0 || length > COMMON_NAME_LIMIT)
        return fail(problem, "a certificate's common name has 1 to 64 characters");
    if (wish->seconds <= 0 || wish->seconds > SECONDS_MAX)
        return fail(problem, "a certificate lives more than no time and at most 100 years");
    for (size_t i = 0; i < wish->name_count; i++) {
        if (!name_valid(wish->names[i], problem))
            return false;
    }
    return true;
}

bool issue(const struct certificate_wish *wish, const struct identity *issuer, struct identity *ret,
           struct problem *problem)
{
    struct identity identity = {0};
    bool good;

    if (!wish_valid(wish, problem))
        return false;
    identity.key = new_key(wish->kind);
    identity.certificate = X509_new();
    good = identity.key && identity.certificate &&
           fill(identity.certificate, identity.key, wish, issuer ? issuer->certificate : NULL) &&
           X509_sign(identity.certificate, issuer ? issuer->key : identity.key, EVP_sha256()) > 0;
    if (good) {
        *ret = identity;
        return true;
    }
    identity_free(&identity);
    ERR_clear_error();
    return fail(problem, "OpenSSL could not make the certificate");
}

bool issuer_usable(const struct identity *issuer, time_t now, struct problem *problem)
{
    X509 *certificate = issuer->certificate;

    if (X509_check_private_key(certificate, issuer->key) != 1) {
        ERR_clear_error();
        return fail(problem, "the key does not belong to the certificate");
    }
    if (X509_check_ca(certificate) != 1 || !(X509_get_key_usage(certificate) & KU_KEY_CERT_SIGN))
        return fail(problem, "not a CA certificate: it may not sign others");
    if (ASN1_TIME_cmp_time_t(X509_get0_notBefore(certificate), now) > 0)
        return fail(problem, "not valid yet");
    if (ASN1_TIME_cmp_time_t(X509_get0_notAfter(certificate), now) <= 0)
        return fail(problem, "expired");
    return true;
}
