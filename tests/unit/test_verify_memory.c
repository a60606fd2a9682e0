/* SPDX-License-Identifier: Apache-2.0 */
/* Every allocation of OpenSSL fails once, and then each with all that follow: nobody gets in by it.
 */
#include "test.h"
#include "unit/clients.h"

#include <openssl/crypto.h>
#include <stdlib.h>

static struct {
    long left; /* allocations until one fails; negative: none does */
    bool lasting, failed;
} limit = {.left = -1};

static bool fails(void)
{
    if (limit.left < 0)
        return false;
    if (limit.left > 0) {
        limit.left--;
        return false;
    }
    limit.failed = true;
    limit.left = limit.lasting ? 0 : -1;
    return true;
}

static void *limited_malloc(size_t size, const char *file, int line)
{
    (void)file, (void)line;
    return fails() ? NULL : malloc(size);
}

static void *limited_realloc(void *data, size_t size, const char *file, int line)
{
    (void)file, (void)line;
    return fails() ? NULL : realloc(data, size);
}

static void limited_free(void *data, const char *file, int line)
{
    (void)file, (void)line;
    free(data);
}

static void fail_after(long allocations, bool lasting)
{
    limit.left = allocations;
    limit.lasting = lasting;
    limit.failed = false;
}

/* Did an allocation fail since? */
static bool failed(void)
{
    limit.left = -1;
    return limit.failed;
}

/* good: an answer without failure is yes. Returns how many allocations one takes. */
static long check_answers(const struct client_verifier *verifier, struct bytes der, bool good,
                          bool lasting)
{
    for (long count = 0;; count++) {
        const char *refusal;
        bool spoilt;

        fail_after(count, lasting);
        refusal = client_verifier_refusal(verifier, &der, 1);
        spoilt = failed();
        CHECK(good || refusal);
        CHECK(spoilt || (refusal == NULL) == good);
        if (!spoilt)
            return count;
    }
}

static void answers(void)
{
    struct identity ca = make_certificate(&root_recipe, NULL);
    struct identity other = make_certificate(&root_recipe, NULL);
    struct identity right = make_certificate(&client_recipe, &ca);
    struct identity wrong = make_certificate(&client_recipe, &other);
    struct client_verifier *verifier = trusting((const struct identity *[]){&ca}, 1, &api_server);
    struct bytes right_der = make_der(right.certificate), wrong_der = make_der(wrong.certificate);

    for (int lasting = 0; lasting < 2; lasting++) {
        long yes = check_answers(verifier, right_der, true, lasting);
        long no = check_answers(verifier, wrong_der, false, lasting);

        CHECK(yes > 50 && no > 50);
        printf("# %ld allocations for a yes, %ld for a no\n", yes, no);
    }
    free_bytes(right_der);
    free_bytes(wrong_der);
    client_verifier_free(verifier);
    for (size_t i = 0; i < 4; i++)
        identity_free((struct identity *[]){&ca, &other, &right, &wrong}[i]);
}

/* A verifier that was made under want of memory trusts no less than was asked for. */
static long check_verifiers(struct bytes pem, const struct identity *const clients[2], bool lasting)
{
    for (long count = 0;; count++) {
        struct problem problem = {0};
        struct client_verifier *verifier;
        bool spoilt;

        fail_after(count, lasting);
        verifier = client_verifier_new(pem, &api_server, &problem);
        spoilt = failed();
        CHECK((verifier == NULL) == (problem.message[0] != '\0'));
        CHECK(verifier || spoilt);
        for (size_t i = 0; i < 2 && verifier; i++)
            CHECK_TEXT(ask(verifier, &clients[i], 1), NULL);
        client_verifier_free(verifier);
        if (!spoilt)
            return count;
    }
}

static void verifiers(void)
{
    struct identity one = make_certificate(&root_recipe, NULL);
    struct identity two = make_certificate(&root_recipe, NULL);
    struct identity first = make_certificate(&client_recipe, &one);
    struct identity second = make_certificate(&client_recipe, &two);
    struct bytes pem = make_pem((const struct identity *[]){&one, &two}, 2);

    for (int lasting = 0; lasting < 2; lasting++) {
        long count = check_verifiers(pem, (const struct identity *[]){&first, &second}, lasting);

        CHECK(count > 50);
        printf("# %ld allocations for a verifier\n", count);
    }
    free_bytes(pem);
    for (size_t i = 0; i < 4; i++)
        identity_free((struct identity *[]){&one, &two, &first, &second}[i]);
}

static const struct test tests[] = {TEST(answers), TEST(verifiers)};

static int limited;

/* Before the constructors of libraries, of which some (Ubuntu's) have OpenSSL allocate; and before
 * the sanitizer's, so nothing here may be instrumented. */
static __attribute__((no_sanitize("address", "undefined"))) void limit_memory(void)
{
    limited = CRYPTO_set_mem_functions(limited_malloc, limited_realloc, limited_free);
}

static void (*const before_all)(void)
    __attribute__((section(".preinit_array"), used)) = limit_memory;

int main(void)
{
    if (limited == 1)
        return test_run(tests, sizeof tests / sizeof *tests);
    printf("Bail out! OpenSSL has allocated already\n");
    return 1;
}
