/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/make_certificate.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

static void must(bool good, const char *what)
{
    if (good)
        return;
    (void)fprintf(stderr, "make_certificate: %s failed\n", what);
    abort();
}

static void put_subject(X509_NAME *subject, const struct recipe *recipe)
{
    for (int i = 0; i < NAMES_MAX; i++) {
        struct bytes name = recipe->common_names[i];

        must(!name.data || X509_NAME_add_entry_by_NID(subject, NID_commonName, V_ASN1_UTF8STRING,
                                                      (const unsigned char *)name.data,
                                                      (int)name.size, -1, 0) == 1,
             "a common name");
    }
}

static void put_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;

    if (!value)
        return;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    must(extension && X509_add_ext(certificate, extension, -1) == 1, value);
    X509_EXTENSION_free(extension);
}

static void put_name(GENERAL_NAMES *names, int type, struct bytes value)
{
    GENERAL_NAME *name = value.data ? GENERAL_NAME_new() : NULL;
    ASN1_IA5STRING *text = value.data ? ASN1_IA5STRING_new() : NULL;

    if (!value.data)
        return;
    must(name && text && ASN1_STRING_set(text, value.data, (int)value.size) == 1, "a name");
    GENERAL_NAME_set0_value(name, type, text);
    must(sk_GENERAL_NAME_push(names, name) > 0, "a list of names");
}

static void put_names(X509 *certificate, const struct recipe *recipe)
{
    GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();

    put_name(names, GEN_DNS, recipe->dns);
    put_name(names, GEN_URI, recipe->uri);
    must(sk_GENERAL_NAME_num(names) == 0 ||
             X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, 0) == 1,
         "subjectAltName");
    GENERAL_NAMES_free(names);
}

static void put_extensions(X509 *certificate, X509 *issuer, const struct recipe *recipe)
{
    const bool identified = !recipe->without_key_identifiers;

    put_extension(certificate, issuer, NID_basic_constraints, recipe->constraints);
    put_extension(certificate, issuer, NID_key_usage, recipe->usage);
    put_extension(certificate, issuer, NID_ext_key_usage, recipe->purpose);
    put_extension(certificate, issuer, NID_subject_key_identifier, identified ? "hash" : NULL);
    put_extension(certificate, issuer, NID_authority_key_identifier,
                  identified && issuer != certificate ? "keyid" : NULL);
    put_names(certificate, recipe);
}

static void put_dates(X509 *certificate, const struct recipe *recipe)
{
    bool given = recipe->begins_days || recipe->ends_days;
    time_t now = time(NULL);
    time_t begins = now + (time_t)(given ? recipe->begins_days : -1) * DAY;
    time_t ends = now + (time_t)(given ? recipe->ends_days : 1) * DAY;

    must(ASN1_TIME_set(X509_getm_notBefore(certificate), begins) &&
             ASN1_TIME_set(X509_getm_notAfter(certificate), ends),
         "dates");
}

struct identity make_certificate(const struct recipe *recipe, const struct identity *issuer)
{
    static long serial;
    EVP_PKEY *key =
        recipe->rsa_bits ? EVP_RSA_gen((unsigned)recipe->rsa_bits) : EVP_EC_gen("P-256");
    struct identity made = {X509_new(), key};
    X509 *above = issuer ? issuer->certificate : made.certificate;
    const EVP_MD *digest = EVP_get_digestbyname(recipe->digest ? recipe->digest : "SHA256");

    must(made.certificate && key && digest, "a key");
    must(X509_set_version(made.certificate, X509_VERSION_3) == 1, "a version");
    must(ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), ++serial) == 1, "a serial");
    put_subject(X509_get_subject_name(made.certificate), recipe);
    must(X509_set_issuer_name(made.certificate, X509_get_subject_name(above)) == 1, "an issuer");
    put_dates(made.certificate, recipe);
    must(X509_set_pubkey(made.certificate, key) == 1, "a public key");
    put_extensions(made.certificate, above, recipe);
    must(X509_sign(made.certificate, issuer ? issuer->key : key, digest) > 0, "a signature");
    return made;
}

struct bytes make_der(X509 *certificate)
{
    unsigned char *data = NULL;
    int size = i2d_X509(certificate, &data);

    must(size > 0, "DER");
    return (struct bytes){(char *)data, (size_t)size};
}

struct bytes make_pem(const struct identity *const *identities, size_t count)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *data;
    long size;
    struct bytes pem;

    for (size_t i = 0; i < count; i++)
        must(PEM_write_bio_X509(bio, identities[i]->certificate) == 1, "PEM");
    size = BIO_get_mem_data(bio, &data);
    pem = (struct bytes){OPENSSL_memdup(data, (size_t)size), (size_t)size};
    must(pem.data, "a copy");
    BIO_free(bio);
    return pem;
}
