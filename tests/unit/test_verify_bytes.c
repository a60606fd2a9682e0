/* SPDX-License-Identifier: Apache-2.0 */
/* What a client or a CA file may be at its worst: bytes. And many threads that ask at once. */
#include "certs/pem.h"
#include "test.h"
#include "unit/clients.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <pthread.h>
#include <stdlib.h>

enum { THREADS = 4, ROUNDS = 50 };

static const char unread[] = "it can not be read";

static void der_that_is_cut_or_goes_on(void)
{
    struct identity ca = make_certificate(&root_recipe, NULL);
    struct identity client = make_certificate(&client_recipe, &ca);
    struct client_verifier *verifier = trusting((const struct identity *[]){&ca}, 1, &api_server);
    struct bytes der = make_der(client.certificate);
    unsigned char *longer = OPENSSL_zalloc(der.size + 1);
    struct bytes whole = {(char *)longer, der.size};

    CHECK_TEXT(client_verifier_refusal(verifier, &whole, 0), unread);
    for (size_t size = 0; size < der.size; size++) {
        /* A copy of that size, so that a sanitizer sees a read behind its end. */
        char *copy = OPENSSL_memdup(der.data, size ? size : 1);
        struct bytes cut[] = {{copy, size}, der};

        CHECK_TEXT(client_verifier_refusal(verifier, cut, 1), unread);
        cut[1] = cut[0];
        cut[0] = der;
        CHECK_TEXT(client_verifier_refusal(verifier, cut, 2), unread);
        OPENSSL_free(copy);
    }
    memcpy(longer, der.data, der.size);
    CHECK_TEXT(client_verifier_refusal(verifier, &whole, 1), NULL);
    whole.size++;
    CHECK_TEXT(client_verifier_refusal(verifier, &whole, 1), unread);
    CHECK_INT(ERR_peek_error(), 0);
    OPENSSL_free(longer);
    free_bytes(der);
    client_verifier_free(verifier);
    identity_free(&client);
    identity_free(&ca);
}

/* One bit another anywhere: refused, for one reason or another. */
static void der_with_one_other_bit(void)
{
    struct identity ca = make_certificate(&root_recipe, NULL);
    struct identity client = make_certificate(&client_recipe, &ca);
    struct client_verifier *verifier = trusting((const struct identity *[]){&ca}, 1, &anybody);
    struct bytes der = make_der(client.certificate);
    char *copy = OPENSSL_memdup(der.data, der.size);
    struct bytes changed = {copy, der.size};
    size_t accepted = 0;

    for (size_t i = 0; i < der.size * 8; i++) {
        copy[i / 8] = (char)(copy[i / 8] ^ 1 << i % 8);
        accepted += !client_verifier_refusal(verifier, &changed, 1);
        copy[i / 8] = (char)(copy[i / 8] ^ 1 << i % 8);
    }
    CHECK_INT(accepted, 0);
    CHECK_TEXT(client_verifier_refusal(verifier, &changed, 1), NULL);
    OPENSSL_free(copy);
    free_bytes(der);
    client_verifier_free(verifier);
    identity_free(&client);
    identity_free(&ca);
}

struct asker {
    pthread_t thread;
    const struct client_verifier *verifier;
    struct bytes right, wrong;
    int faults;
};

static void *keep_asking(void *data)
{
    struct asker *asker = data;

    for (int i = 0; i < ROUNDS; i++) {
        asker->faults += client_verifier_refusal(asker->verifier, &asker->right, 1) != NULL;
        asker->faults += client_verifier_refusal(asker->verifier, &asker->wrong, 1) == NULL;
    }
    return NULL;
}

static void many_threads_at_once(void)
{
    struct identity ca = make_certificate(&root_recipe, NULL);
    struct identity other = make_certificate(&root_recipe, NULL);
    struct identity right = make_certificate(&client_recipe, &ca);
    struct identity wrong = make_certificate(&client_recipe, &other);
    struct client_verifier *verifier = trusting((const struct identity *[]){&ca}, 1, &api_server);
    struct asker askers[THREADS];
    struct bytes right_der = make_der(right.certificate), wrong_der = make_der(wrong.certificate);

    for (int i = 0; i < THREADS; i++) {
        askers[i] = (struct asker){.verifier = verifier, .right = right_der, .wrong = wrong_der};
        CHECK_INT(pthread_create(&askers[i].thread, NULL, keep_asking, &askers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK_INT(pthread_join(askers[i].thread, NULL), 0);
        CHECK_INT(askers[i].faults, 0);
    }
    free_bytes(right_der);
    free_bytes(wrong_der);
    client_verifier_free(verifier);
    for (size_t i = 0; i < 4; i++)
        identity_free((struct identity *[]){&ca, &other, &right, &wrong}[i]);
}

struct ca_file {
    const char *before, *between, *after; /* around two CAs in PEM */
    const char *problem;                  /* NULL: none */
};

/* A text of two CAs, and what is around them. */
static struct text ca_text(struct arena *arena, const struct ca_file *file, struct bytes one,
                           struct bytes two)
{
    struct text text = text_new(arena);

    text_puts(&text, file->before);
    text_put(&text, one);
    text_puts(&text, file->between);
    text_put(&text, two);
    text_puts(&text, file->after);
    return text;
}

static void check_text_of_cas(struct bytes pem, const char *refusal)
{
    struct problem problem = {0};
    struct client_verifier *verifier = client_verifier_new(pem, &anybody, &problem);

    CHECK((verifier != NULL) == (refusal == NULL));
    CHECK_TEXT(problem.message, refusal ? refusal : "");
    CHECK_INT(ERR_peek_error(), 0);
    client_verifier_free(verifier);
}

static void text_around_cas(void)
{
    static const struct ca_file cases[] = {
        {"", "", "", NULL},
        {"# ours\n", "Subject: CN=two\n-----------\n", "the end", NULL},
        {"", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "",
         "certificate 2 in it is broken: its DER does not parse"},
        {"", "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n", "",
         "PEM block 2 in it is broken: not base64 between BEGIN and END"},
        {"", "-----BEGIN CERTIFICATE-----\n", "",
         "PEM block 2 in it is broken: not base64 between BEGIN and END"},
        {"", "", "-----BEGIN CERTIFICATE-----\nMIIB",
         "PEM block 3 in it is broken: not base64 between BEGIN and END"},
        {"", "----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "",
         "of the PEM blocks in it, 2 begin and 3 end"},
    };
    struct identity one = make_certificate(&root_recipe, NULL);
    struct bytes pem = make_pem((const struct identity *[]){&one}, 1);
    struct arena *arena = arena_new(64 * 1024);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text text = ca_text(arena, &cases[i], pem, pem);

        check_text_of_cas(text_bytes(&text), cases[i].problem);
    }
    pem.size--; /* files put together without the line's end between them */
    check_text_of_cas((struct bytes){ca_text(arena, &cases[0], pem, pem).data, 2 * pem.size},
                      "PEM block 1 in it is broken: not base64 between BEGIN and END");
    arena_free(arena);
    free_bytes(pem);
    identity_free(&one);
}

static void files_without_cas(void)
{
    struct identity ca = make_certificate(&root_recipe, NULL);
    struct identity client = make_certificate(&client_recipe, &ca);
    struct bytes pem = make_pem((const struct identity *[]){&ca, &client}, 2);
    char *large = calloc(1, CERT_FILE_LIMIT + 1);

    check_text_of_cas(BYTES(""), "no PEM certificate and no private key in it");
    check_text_of_cas(BYTES("words\n"), "no PEM certificate and no private key in it");
    check_text_of_cas(pem, "certificate 2 in it is no CA's");
    memset(large, '\n', CERT_FILE_LIMIT + 1);
    check_text_of_cas((struct bytes){large, CERT_FILE_LIMIT + 1}, "more than 1 MiB");
    free(large);
    free_bytes(pem);
    identity_free(&client);
    identity_free(&ca);
}

static void many_cas_of_one_name(void)
{
    struct identity cas[9];
    const struct identity *all[18];
    struct bytes pem;

    for (size_t i = 0; i < 9; i++)
        cas[i] = make_certificate(&root_recipe, NULL);
    for (size_t i = 0; i < 18; i++)
        all[i] = &cas[i % 8];
    pem = make_pem(all, 18); /* eight; some are there again, and that is well */
    check_text_of_cas(pem, NULL);
    free_bytes(pem);
    all[17] = &cas[8];
    pem = make_pem(all, 18);
    check_text_of_cas(pem, "more than 8 different CAs of one name in it");
    free_bytes(pem);
    for (size_t i = 0; i < 9; i++)
        identity_free(&cas[i]);
}

static void a_key_among_cas(void)
{
    struct identity ca = make_certificate(&root_recipe, NULL);
    struct bytes pem = make_pem((const struct identity *[]){&ca}, 1);
    struct file_content key = {0};
    struct arena *arena = arena_new(64 * 1024);
    struct text text = text_new(arena);

    CHECK(pem_key(ca.key, &key));
    check_text_of_cas((struct bytes){key.data, key.size}, "no CA certificate in PEM");
    text_put(&text, pem);
    text_put(&text, (struct bytes){key.data, key.size});
    check_text_of_cas(text_bytes(&text), "a private key in it: it is for certificates only");
    file_content_free(&key);
    arena_free(arena);
    free_bytes(pem);
    identity_free(&ca);
}

TEST_MAIN(TEST(der_that_is_cut_or_goes_on), TEST(der_with_one_other_bit),
          TEST(many_threads_at_once), TEST(text_around_cas), TEST(files_without_cas),
          TEST(many_cas_of_one_name), TEST(a_key_among_cas))
