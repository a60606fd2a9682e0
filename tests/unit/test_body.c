/* SPDX-License-Identifier: Apache-2.0 */
#include "server/body.h"
#include "server/budget.h"
#include "test.h"

static char piece[64 * 1024];
static int asked;

static void count(void *context)
{
    (void)context;
    asked++;
}

/* Appends `size` bytes by pieces. */
static enum body_status fill(struct body *body, size_t size)
{
    enum body_status status = BODY_OK;

    while (size) {
        size_t part = size < sizeof piece ? size : sizeof piece;

        status = body_append(body, (struct bytes){piece, part}, count, NULL);
        size -= part;
    }
    return status;
}

static void bytes_are_kept(void)
{
    struct body body = {0};

    for (int i = 0; i < 30000; i++)
        body_append(&body, (struct bytes){(const char[]){(char)(i % 127)}, 1}, count, NULL);
    CHECK_INT(body.size, 30000);
    for (int i = 0; i < 30000; i++) {
        if (body.data[i] != (char)(i % 127))
            CHECK_INT(i, -1);
    }
    CHECK(!body_is_large(&body));
    body_free(&body);
}

static void the_limit_is_exact(void)
{
    struct body body = {0};

    CHECK_INT(fill(&body, BODY_LIMIT), BODY_OK);
    CHECK_INT(body.size, BODY_LIMIT);
    CHECK(body_is_large(&body));
    CHECK_INT(body_append(&body, (struct bytes){piece, 1}, count, NULL), BODY_TOO_LARGE);
    CHECK(!body.data);
    CHECK_INT(body_append(&body, (struct bytes){piece, 5}, count, NULL), BODY_TOO_LARGE);
    CHECK_INT(body.swallowed, 6);
    body_free(&body);
}

static void all_together_have_a_budget(void)
{
    struct body large[BUDGET_STANDARD / BODY_LIMIT] = {{0}}, last = {0}, small = {0};
    size_t count_of_large = sizeof large / sizeof *large;

    for (size_t i = 0; i < count_of_large; i++)
        CHECK_INT(fill(&large[i], BODY_LIMIT), BODY_OK);
    asked = 0;
    CHECK_INT(fill(&last, BODY_LIMIT), BODY_NO_MEMORY);
    CHECK(asked > 0);
    CHECK_INT(fill(&small, BODY_SMALL), BODY_OK);
    body_free(&large[0]);
    body_free(&last);
    last = (struct body){0};
    CHECK_INT(fill(&last, BODY_LIMIT), BODY_OK);
    body_free(&last);
    body_free(&small);
    for (size_t i = 1; i < count_of_large; i++)
        body_free(&large[i]);
}

TEST_MAIN(TEST(bytes_are_kept), TEST(the_limit_is_exact), TEST(all_together_have_a_budget))
