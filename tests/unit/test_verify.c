/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"
#include "unit/clients.h"

#include <openssl/crypto.h>

/* BYTES() for static tables. */
#define NAME(literal)                                                                              \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

static const char unknown[] = "no CA of --client-ca signed it";
static const char unnamed[] = "its names are not among --client-name";
static const char aimless[] = "it or a CA above it is not for TLS clients";

/* One CA is trusted; the chain is the client's. */
static const char *ask_once(const struct identity *authority, const struct option_list *names,
                            const struct identity *const *chain, size_t length)
{
    struct client_verifier *verifier = trusting(&authority, 1, names);
    const char *refusal = verifier ? ask(verifier, chain, length) : "no verifier";

    client_verifier_free(verifier);
    return refusal;
}

/* A client as in the recipe, signed by a CA as in the other, which is trusted. */
static const char *ask_for(const struct recipe *authority, const struct recipe *client,
                           const struct option_list *names)
{
    struct identity ca = make_certificate(authority, NULL);
    struct identity made = make_certificate(client, &ca);
    const char *refusal = ask_once(&ca, names, (const struct identity *[]){&made}, 1);

    identity_free(&made);
    identity_free(&ca);
    return refusal;
}

static void the_right_one(void)
{
    CHECK_TEXT(ask_for(&root_recipe, &client_recipe, &anybody), NULL);
    CHECK_TEXT(ask_for(&root_recipe, &client_recipe, &api_server), NULL);
}

/* Ours from `certs init`, as the API server shows it. */
static void one_that_certs_issued(void)
{
    struct certificate_wish wish = {
        .use = USE_AUTHORITY, .common_name = "ca", .now = time(NULL), .seconds = (int64_t)10 * DAY};
    struct identity ca = {0}, client = {0}, server = {0};
    struct problem problem;

    CHECK(issue(&wish, NULL, &ca, &problem));
    wish.common_name = "kube-apiserver";
    wish.use = USE_CLIENT;
    CHECK(issue(&wish, &ca, &client, &problem));
    wish.use = USE_SERVER;
    CHECK(issue(&wish, &ca, &server, &problem));
    CHECK_TEXT(ask_once(&ca, &api_server, (const struct identity *[]){&client}, 1), NULL);
    CHECK_TEXT(ask_once(&ca, &api_server, (const struct identity *[]){&server}, 1), aimless);
    identity_free(&server);
    identity_free(&client);
    identity_free(&ca);
}

static void a_chain_with_an_intermediate(void)
{
    const struct recipe middle_recipe = {.common_names = {NAME("middle")},
                                         .constraints = "critical,CA:TRUE,pathlen:0",
                                         .usage = "critical,keyCertSign"};
    struct identity root = make_certificate(&root_recipe, NULL);
    struct identity middle = make_certificate(&middle_recipe, &root);
    struct identity client = make_certificate(&client_recipe, &middle);
    struct identity below = make_certificate(&client_recipe, &client);

    CHECK_TEXT(ask_once(&root, &api_server, (const struct identity *[]){&client, &middle}, 2),
               NULL);
    CHECK_TEXT(
        ask_once(&root, &api_server, (const struct identity *[]){&client, &middle, &root}, 3),
        NULL);
    CHECK_TEXT(ask_once(&root, &api_server, (const struct identity *[]){&client}, 1), unknown);
    CHECK_TEXT(ask_once(&middle, &api_server, (const struct identity *[]){&client}, 1), NULL);
    /* The client's certificate is no CA's. */
    CHECK_TEXT(
        ask_once(&root, &api_server, (const struct identity *[]){&below, &client, &middle}, 3),
        "a certificate above it is no CA");
    identity_free(&below);
    identity_free(&client);
    identity_free(&middle);
    identity_free(&root);
}

/* The root, that many CAs below it, and a client. */
static const char *ask_deep(size_t depth)
{
    struct identity made[CHAIN_MAX];
    const struct identity *chain[CHAIN_MAX];
    const char *refusal;

    made[0] = make_certificate(&root_recipe, NULL);
    for (size_t i = 1; i <= depth; i++)
        made[i] = make_certificate(&root_recipe, &made[i - 1]);
    made[depth + 1] = make_certificate(&client_recipe, &made[depth]);
    for (size_t i = 0; i <= depth; i++)
        chain[i] = &made[depth + 1 - i];
    refusal = ask_once(&made[0], &api_server, chain, depth + 1);
    for (size_t i = 0; i <= depth + 1; i++)
        identity_free(&made[i]);
    return refusal;
}

static void depth(void)
{
    CHECK_TEXT(ask_deep(4), NULL);
    CHECK_TEXT(ask_deep(5), "its chain is too long");
}

static void dates(void)
{
    static const char expired[] = "it or a CA above it has expired";
    static const char early[] = "it or a CA above it is not valid yet";

    static const struct {
        int64_t begins, ends;
        const char *refusal;
    } cases[] = {{-2, -1, expired}, {1, 2, early}, {-400, 1, NULL}, {-1, 40000, NULL}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct recipe client = client_recipe, ca = root_recipe;

        client.begins_days = ca.begins_days = cases[i].begins;
        client.ends_days = ca.ends_days = cases[i].ends;
        CHECK_TEXT(ask_for(&root_recipe, &client, &api_server), cases[i].refusal);
        CHECK_TEXT(ask_for(&ca, &client_recipe, &api_server), cases[i].refusal);
    }
}

static void purposes(void)
{
    static const struct {
        const char *usage, *purpose, *refusal;
    } cases[] = {
        {NULL, NULL, NULL},
        {NULL, "serverAuth", aimless},
        {NULL, "serverAuth,clientAuth", NULL},
        {NULL, "emailProtection", aimless},
        {"critical,keyEncipherment", "clientAuth", aimless},
        {"keyAgreement", "clientAuth", NULL},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct recipe client = client_recipe;

        client.usage = cases[i].usage;
        client.purpose = cases[i].purpose;
        CHECK_TEXT(ask_for(&root_recipe, &client, &api_server), cases[i].refusal);
    }
}

/* Another CA with the name of ours; with and without key identifiers to tell them apart. */
static void another_ca_of_that_name(void)
{
    for (int identified = 0; identified < 2; identified++) {
        struct recipe ca = root_recipe, client = client_recipe;
        struct identity ours, other, made;

        ca.without_key_identifiers = client.without_key_identifiers = !identified;
        ours = make_certificate(&ca, NULL);
        other = make_certificate(&ca, NULL);
        made = make_certificate(&client, &other);
        CHECK_TEXT(ask_once(&ours, &anybody, (const struct identity *[]){&made}, 1),
                   identified ? unknown : "a signature in its chain is wrong");
        CHECK(ask_once(&ours, &anybody, (const struct identity *[]){&made, &other}, 2));
        CHECK_TEXT(ask_once(&other, &anybody, (const struct identity *[]){&made}, 1), NULL);
        identity_free(&made);
        identity_free(&other);
        identity_free(&ours);
    }
}

static void check_two_of_three(const struct recipe *authority, const struct recipe *client,
                               const char *refusal)
{
    struct identity cas[3], clients[3];
    struct client_verifier *verifier;

    for (size_t i = 0; i < 3; i++) {
        cas[i] = make_certificate(authority, NULL);
        clients[i] = make_certificate(client, &cas[i]);
    }
    verifier = trusting((const struct identity *[]){&cas[0], &cas[1], &cas[0]}, 3, &api_server);
    for (size_t i = 0; i < 3; i++) {
        CHECK_TEXT(ask(verifier, (const struct identity *[]){&clients[i]}, 1),
                   i < 2 ? NULL : refusal);
        identity_free(&clients[i]);
        identity_free(&cas[i]);
    }
    client_verifier_free(verifier);
}

/* While one takes over from another, that may have its name; one is there twice. */
static void several_cas(void)
{
    struct recipe ca = root_recipe, client = client_recipe;

    check_two_of_three(&ca, &client, unknown);
    ca.without_key_identifiers = client.without_key_identifiers = true;
    check_two_of_three(&ca, &client, "a signature in its chain is wrong");
}

static void names(void)
{
    static const struct {
        struct bytes common_names[NAMES_MAX], dns, uri;
        bool good;
    } cases[] = {
        {{NAME("kube-apiserver")}, {0}, {0}, true},
        {{NAME("other")}, {0}, {0}, true},
        {{NAME("somebody")}, NAME("kube-apiserver"), {0}, true},
        {{NAME("somebody")}, {0}, NAME("kube-apiserver"), true},
        {{{0}}, NAME("kube-apiserver"), {0}, true},
        {{{0}}, {0}, {0}, false},
        {{NAME("somebody")}, {0}, {0}, false},
        {{NAME("kube-apiserve")}, {0}, {0}, false},
        {{NAME("kube-apiserverr")}, {0}, {0}, false},
        {{NAME("Kube-apiserver")}, NAME("KUBE-APISERVER"), {0}, false},
        {{NAME("kube-apiserver\0")}, {0}, {0}, false},
        {{NAME("kube-apiserver\0.evil.example")}, {0}, {0}, false},
        {{NAME("somebody")}, NAME("kube-apiserver\0"), NAME("kube-apiserver\0"), false},
        {{NAME("somebody")}, NAME("kube-apiserver\0.evil.example"), {0}, false},
        {{NAME("somebody")}, NAME("*"), {0}, false},
        {{NAME("somebody"), NAME("kube-apiserver")}, {0}, {0}, false},
        {{NAME("kube-apiserver"), NAME("somebody")}, {0}, {0}, false},
        {{NAME("one"), NAME("two")}, NAME("other"), {0}, true},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct recipe client = client_recipe;

        memcpy(client.common_names, cases[i].common_names, sizeof client.common_names);
        client.dns = cases[i].dns;
        client.uri = cases[i].uri;
        if (!CHECK_TEXT(ask_for(&root_recipe, &client, &api_server),
                        cases[i].good ? NULL : unnamed))
            printf("#   of case %zu\n", i);
        CHECK_TEXT(ask_for(&root_recipe, &client, &anybody), NULL);
    }
}

static void weak_keys_and_hashes(void)
{
    static const char signature[] = "a signature in its chain is too weak, as with SHA-1";

    static const struct {
        int ca_bits, client_bits;
        const char *client_digest, *refusal;
    } cases[] = {
        {0, 2048, NULL, NULL},
        {2048, 0, NULL, NULL},
        {0, 1024, NULL, "its key is too weak: it takes 112 bits of security"},
        {1024, 0, NULL, "a CA's key is too weak: it takes 112 bits of security"},
        {0, 0, "SHA1", signature},
        {2048, 0, "SHA1", signature},
        {2048, 0, "MD5", signature},
        {2048, 0, "SHA512", NULL},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct recipe client = client_recipe, ca = root_recipe;

        ca.rsa_bits = cases[i].ca_bits;
        client.rsa_bits = cases[i].client_bits;
        client.digest = cases[i].client_digest;
        CHECK_TEXT(ask_for(&ca, &client, &api_server), cases[i].refusal);
    }
}

static void a_root_that_is_signed_with_sha1_is_trusted_by_being_there(void)
{
    struct recipe ca = root_recipe;

    ca.digest = "SHA1";
    CHECK_TEXT(ask_for(&ca, &client_recipe, &api_server), NULL);
}

static void self_signed(void)
{
    struct recipe broad = root_recipe;
    struct identity ca = make_certificate(&root_recipe, NULL), open;
    struct identity lonely = make_certificate(&client_recipe, NULL);

    broad.usage = NULL;
    open = make_certificate(&broad, NULL);
    CHECK_TEXT(ask_once(&ca, &anybody, (const struct identity *[]){&lonely}, 1), unknown);
    CHECK_TEXT(ask_once(&ca, &anybody, (const struct identity *[]){&lonely, &ca}, 2), unknown);
    /* The CA itself calls: its key usage forbids it; without one, its name is still asked for. */
    CHECK_TEXT(ask_once(&ca, &anybody, (const struct identity *[]){&ca}, 1), aimless);
    CHECK_TEXT(ask_once(&open, &anybody, (const struct identity *[]){&open}, 1), NULL);
    CHECK_TEXT(ask_once(&open, &api_server, (const struct identity *[]){&open}, 1), unnamed);
    identity_free(&open);
    identity_free(&lonely);
    identity_free(&ca);
}

TEST_MAIN(TEST(the_right_one), TEST(one_that_certs_issued), TEST(a_chain_with_an_intermediate),
          TEST(depth), TEST(dates), TEST(purposes), TEST(another_ca_of_that_name),
          TEST(several_cas), TEST(names), TEST(weak_keys_and_hashes),
          TEST(a_root_that_is_signed_with_sha1_is_trusted_by_being_there), TEST(self_signed))
