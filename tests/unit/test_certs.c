/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/inspect.h"
#include "certs/issue.h"
#include "certs/names.h"
#include "certs/pem.h"
#include "test.h"

#include <openssl/x509v3.h>

enum { DAY = 24 * 60 * 60, NOW = 1800000000 }; /* 2027-01-15T08:00:00Z */

static const char *const server_names[] = {"svc.ns.svc", "*.ns.svc", "10.0.0.7", "2001:db8::7"};

static struct identity authority(time_t now, int64_t days)
{
    const struct certificate_wish wish = {
        .use = USE_AUTHORITY, .common_name = "test CA", .now = now, .seconds = days * DAY};
    struct identity identity = {0};
    struct problem problem;

    CHECK(issue(&wish, NULL, &identity, &problem));
    return identity;
}

static struct identity leaf(const struct identity *issuer, enum certificate_use use,
                            enum key_kind kind, int64_t days)
{
    const struct certificate_wish wish = {.use = use,
                                          .kind = kind,
                                          .common_name = "test leaf",
                                          .names = server_names,
                                          .name_count = 4,
                                          .now = NOW,
                                          .seconds = days * DAY};
    struct identity identity = {0};
    struct problem problem;

    CHECK(issue(&wish, issuer, &identity, &problem));
    return identity;
}

/* OpenSSL's verdict (X509_V_OK: fine), with its strict rules. */
static int verify(X509 *trusted, X509 *certificate, int purpose, const char *host, time_t now)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    X509_VERIFY_PARAM *param;
    int verdict = -1;

    if (store && context && X509_STORE_add_cert(store, trusted) == 1 &&
        X509_STORE_CTX_init(context, store, certificate, NULL) == 1) {
        param = X509_STORE_CTX_get0_param(context);
        X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT);
        X509_VERIFY_PARAM_set_time(param, now);
        X509_VERIFY_PARAM_set_purpose(param, purpose);
        if (host)
            X509_VERIFY_PARAM_set1_host(param, host, 0);
        (void)X509_verify_cert(context);
        verdict = X509_STORE_CTX_get_error(context);
    }
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    return verdict;
}

static void a_server_certificate_verifies(void)
{
    struct identity ca = authority(NOW, 365), other = authority(NOW, 365);
    struct identity server = leaf(&ca, USE_SERVER, KEY_ECDSA, 30);
    X509 *certificate = server.certificate;

    CHECK_INT(verify(ca.certificate, certificate, X509_PURPOSE_SSL_SERVER, "svc.ns.svc", NOW),
              X509_V_OK);
    CHECK_INT(verify(ca.certificate, certificate, X509_PURPOSE_SSL_SERVER, "any.ns.svc", NOW),
              X509_V_OK);
    CHECK_INT(verify(ca.certificate, certificate, X509_PURPOSE_SSL_SERVER, "test leaf", NOW),
              X509_V_ERR_HOSTNAME_MISMATCH);
    CHECK_INT(verify(ca.certificate, certificate, X509_PURPOSE_SSL_CLIENT, NULL, NOW),
              X509_V_ERR_INVALID_PURPOSE);
    CHECK(verify(other.certificate, certificate, X509_PURPOSE_SSL_SERVER, NULL, NOW) != X509_V_OK);
    CHECK_INT(X509_check_private_key(certificate, server.key), 1);
    identity_free(&server);
    identity_free(&other);
    identity_free(&ca);
}

static void a_client_certificate_is_no_server_certificate(void)
{
    struct identity ca = authority(NOW, 365);
    struct identity client = leaf(&ca, USE_CLIENT, KEY_ECDSA, 30);

    CHECK_INT(verify(ca.certificate, client.certificate, X509_PURPOSE_SSL_CLIENT, NULL, NOW),
              X509_V_OK);
    CHECK_INT(verify(ca.certificate, client.certificate, X509_PURPOSE_SSL_SERVER, NULL, NOW),
              X509_V_ERR_INVALID_PURPOSE);
    identity_free(&client);
    identity_free(&ca);
}

static void the_clock_counts(void)
{
    struct identity ca = authority(NOW, 365);
    struct identity server = leaf(&ca, USE_SERVER, KEY_ECDSA, 30);
    X509 *certificate = server.certificate, *trusted = ca.certificate;

    CHECK_INT(verify(trusted, certificate, X509_PURPOSE_SSL_SERVER, NULL, NOW - ISSUE_BACKDATE),
              X509_V_OK);
    CHECK_INT(verify(trusted, certificate, X509_PURPOSE_SSL_SERVER, NULL, NOW - ISSUE_BACKDATE - 1),
              X509_V_ERR_CERT_NOT_YET_VALID);
    CHECK_INT(verify(trusted, certificate, X509_PURPOSE_SSL_SERVER, NULL, NOW + 30 * DAY - 1),
              X509_V_OK);
    CHECK_INT(verify(trusted, certificate, X509_PURPOSE_SSL_SERVER, NULL, NOW + 30 * DAY + 1),
              X509_V_ERR_CERT_HAS_EXPIRED);
    identity_free(&server);
    identity_free(&ca);
}

static void a_leaf_never_outlives_its_ca(void)
{
    struct identity ca = authority(NOW - 10 * DAY, 20);
    struct identity server = leaf(&ca, USE_SERVER, KEY_ECDSA, 30);

    CHECK_INT(ASN1_TIME_cmp_time_t(X509_get0_notAfter(server.certificate), NOW + 10 * DAY), 0);
    identity_free(&server);
    identity_free(&ca);
}

static void rsa_is_made_on_request(void)
{
    struct identity ca = authority(NOW, 365);
    struct identity server = leaf(&ca, USE_SERVER, KEY_RSA, 30);

    CHECK(EVP_PKEY_is_a(server.key, "RSA"));
    CHECK_INT(EVP_PKEY_get_bits(server.key), 3072);
    CHECK_INT(
        verify(ca.certificate, server.certificate, X509_PURPOSE_SSL_SERVER, "svc.ns.svc", NOW),
        X509_V_OK);
    identity_free(&server);
    identity_free(&ca);
}

static void addresses_are_addresses(void)
{
    struct identity ca = authority(NOW, 365);
    struct identity server = leaf(&ca, USE_SERVER, KEY_ECDSA, 30);

    CHECK_INT(X509_check_ip_asc(server.certificate, "10.0.0.7", 0), 1);
    CHECK_INT(X509_check_ip_asc(server.certificate, "2001:0db8:0::7", 0), 1);
    CHECK_INT(X509_check_ip_asc(server.certificate, "10.0.0.8", 0), 0);
    CHECK_INT(X509_check_host(server.certificate, "10.0.0.7", 0, 0, NULL), 0);
    identity_free(&server);
    identity_free(&ca);
}

static void names_that_can_not_be_are_refused(void)
{
    static const char *const good[] = {"a", "A-1.b", "*.ns.svc", "1a.2b", "::1", "255.255.255.255"};
    static const char *const bad[] = {
        "",      ".",       "a..b",       "a.",    "-a", "a-",          "a_b",
        "a b",   "a,DNS:b", "10.0.0.256", "1.2.3", "7",  "10.0.0.0/8",  "https://a",
        "a:443", "[::1]:1", "a.*.b",      "*",     "*.", "\xc3\xa4.de", "a\nb"};
    char long_label[65], long_name[260];
    struct problem problem;

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        CHECK(name_valid(good[i], &problem) || !printf("# %s: %s\n", good[i], problem.message));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!name_valid(bad[i], &problem) || !printf("# %s is taken\n", bad[i]));
    memset(long_label, 'a', 64);
    long_label[64] = '\0';
    CHECK(!name_valid(long_label, &problem));
    CHECK(name_valid(long_label + 1, &problem));
    for (size_t i = 0; i < sizeof long_name; i++)
        long_name[i] = i % 2 ? '.' : 'a';
    long_name[255] = '\0';
    CHECK(!name_valid(long_name, &problem));
    long_name[253] = '\0';
    CHECK(name_valid(long_name, &problem));
}

static void impossible_wishes_are_refused(void)
{
    static const char *const bad_name[] = {"bad_name"};
    struct certificate_wish wish = {
        .use = USE_AUTHORITY, .common_name = "", .now = NOW, .seconds = DAY};
    struct identity identity = {0};
    struct problem problem;

    CHECK(!issue(&wish, NULL, &identity, &problem));
    CHECK_TEXT(problem.message, "a certificate's common name has 1 to 64 characters");
    wish.common_name = "good";
    wish.seconds = 0;
    CHECK(!issue(&wish, NULL, &identity, &problem));
    wish.seconds = INT64_MAX;
    CHECK(!issue(&wish, NULL, &identity, &problem));
    wish.seconds = DAY;
    wish.names = bad_name;
    wish.name_count = 1;
    CHECK(!issue(&wish, NULL, &identity, &problem));
    CHECK(!identity.certificate && !identity.key);
}

static void only_a_ca_in_its_time_signs(void)
{
    struct identity ca = authority(NOW, 365), other = authority(NOW, 365);
    struct identity server = leaf(&ca, USE_SERVER, KEY_ECDSA, 30);
    const struct identity crossed = {.certificate = ca.certificate, .key = other.key};
    struct problem problem = {0};

    CHECK(issuer_usable(&ca, NOW, &problem));
    CHECK(!issuer_usable(&ca, NOW + 365 * DAY, &problem));
    CHECK_TEXT(problem.message, "expired");
    CHECK(!issuer_usable(&ca, NOW - DAY, &problem));
    CHECK_TEXT(problem.message, "not valid yet");
    CHECK(!issuer_usable(&server, NOW, &problem));
    CHECK_TEXT(problem.message, "not a CA certificate: it may not sign others");
    CHECK(!issuer_usable(&crossed, NOW, &problem));
    CHECK_TEXT(problem.message, "the key does not belong to the certificate");
    identity_free(&server);
    identity_free(&other);
    identity_free(&ca);
}

static void facts_are_read(void)
{
    struct arena *arena = arena_new(1024 * 1024);
    struct identity ca = authority(NOW, 365);
    struct identity server = leaf(&ca, USE_SERVER, KEY_ECDSA, 30);
    struct certificate_facts facts = {0};

    CHECK(inspect_certificate(arena, server.certificate, &facts));
    CHECK_TEXT(facts.subject, "CN=test leaf");
    CHECK_TEXT(facts.issuer, "CN=test CA");
    CHECK_INT(facts.name_count, 4);
    CHECK_TEXT(facts.names[0], "DNS:svc.ns.svc");
    CHECK_TEXT(facts.names[2], "IP:10.0.0.7");
    CHECK_TEXT(facts.names[3], "IP:2001:db8::7");
    CHECK_TEXT(facts.key, "ECDSA P-256");
    CHECK_INT(strlen(facts.serial), 32);
    CHECK_INT(strlen(facts.sha256), 95);
    CHECK_TEXT(facts.begins, "2027-01-15T07:55:00Z");
    CHECK_TEXT(facts.ends, "2027-02-14T08:00:00Z");
    CHECK_INT(facts.not_after, NOW + 30 * DAY);
    CHECK(facts.server && !facts.client && !facts.authority);
    CHECK_INT(inspect_validity(&facts, NOW, 0), VALID);
    CHECK_INT(inspect_validity(&facts, NOW, 30), VALID);
    CHECK_INT(inspect_validity(&facts, NOW + 1, 30), EXPIRES_SOON);
    CHECK_INT(inspect_validity(&facts, NOW + 30 * DAY, 0), EXPIRED);
    CHECK_INT(inspect_validity(&facts, NOW - DAY, 0), NOT_YET_VALID);
    CHECK_INT(inspect_days_left(&facts, NOW), 30);
    CHECK_INT(inspect_days_left(&facts, NOW + 1), 29);
    CHECK_INT(inspect_days_left(&facts, NOW + 30 * DAY + 1), -1);
    identity_free(&server);
    identity_free(&ca);
    arena_free(arena);
}

static void foreign_names_are_escaped(void)
{
    struct arena *arena = arena_new(1024 * 1024);
    const struct certificate_wish wish = {
        .use = USE_AUTHORITY, .common_name = "a\n\x1b[31m,b\xc3\xa4", .now = NOW, .seconds = DAY};
    struct identity odd = {0};
    struct problem problem;
    struct certificate_facts facts = {0};

    CHECK(issue(&wish, NULL, &odd, &problem));
    CHECK(inspect_certificate(arena, odd.certificate, &facts));
    CHECK_TEXT(facts.subject, "CN=a\\0A\\1B[31m\\,b\\C3\\A4");
    identity_free(&odd);
    arena_free(arena);
}

static void pem_says_what_is_wrong(void)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "no PEM certificate and no private key in it"},
        {"words\n", "no PEM certificate and no private key in it"},
        {"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
         "certificate 1 in it is broken: its DER does not parse"},
        {"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
         "PEM block 1 in it is broken: not base64 between BEGIN and END"},
        {"-----BEGIN CERTIFICATE-----\nAAAA\n",
         "PEM block 1 in it is broken: not base64 between BEGIN and END"},
        {"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
         "the private key in it is broken: its DER does not parse"},
        {"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
         "the private key is encrypted: store it without a passphrase"},
        {"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n"
         "AAAA\n-----END RSA PRIVATE KEY-----\n",
         "the private key is encrypted: store it without a passphrase"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pem_content content = {0};
        struct problem problem = {0};

        CHECK(!pem_read(bytes_of(cases[i].text), &content, &problem));
        CHECK_TEXT(problem.message, cases[i].message);
        CHECK(!content.certificates && !content.key);
    }
}

TEST_MAIN(TEST(a_server_certificate_verifies), TEST(a_client_certificate_is_no_server_certificate),
          TEST(the_clock_counts), TEST(a_leaf_never_outlives_its_ca), TEST(rsa_is_made_on_request),
          TEST(addresses_are_addresses), TEST(names_that_can_not_be_are_refused),
          TEST(impossible_wishes_are_refused), TEST(only_a_ca_in_its_time_signs),
          TEST(facts_are_read), TEST(foreign_names_are_escaped), TEST(pem_says_what_is_wrong))
