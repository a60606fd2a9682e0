/* SPDX-License-Identifier: Apache-2.0 */
#include "server/expiry.h"
#include "test.h"

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR, STEP = 10 };

static const int64_t BEGINS = 1800000000;

struct counts {
    int of[EXPIRY_OVER + 1];
};

/* A look every STEP seconds from one time to another. */
static struct counts look(struct expiry_watch *watch, int64_t life, int64_t from, int64_t to)
{
    const struct certificate_facts facts = {.not_before = BEGINS, .not_after = BEGINS + life};
    struct counts counts = {{0}};

    for (int64_t now = from; now < to; now += STEP)
        counts.of[expiry_due(watch, &facts, BEGINS + now)]++;
    return counts;
}

static void a_whole_life(void)
{
    static const struct {
        int64_t life;
        int soon, last_day, over; /* in the life and a day after it */
    } cases[] = {
        {365 * (int64_t)DAY, 6, 24, 24},
        {20 * (int64_t)DAY, 4, 24, 24},
        {4 * (int64_t)DAY, 0, 24, 24},
        {DAY, 0, 6, 24},
        {HOUR, 0, 1, 24},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct expiry_watch watch = {0};
        struct counts counts = look(&watch, cases[i].life, 0, cases[i].life + DAY);

        CHECK_INT(counts.of[EXPIRY_SOON], cases[i].soon);
        CHECK_INT(counts.of[EXPIRY_LAST_DAY], cases[i].last_day);
        CHECK_INT(counts.of[EXPIRY_OVER], cases[i].over);
    }
}

static void nothing_before_a_quarter_is_left(void)
{
    struct expiry_watch watch = {0};

    CHECK_INT(look(&watch, 20 * DAY, 0, 15 * DAY).of[EXPIRY_FAR], 15 * DAY / STEP);
    CHECK_INT(look(&watch, 20 * DAY, 15 * DAY + STEP, 15 * DAY + HOUR).of[EXPIRY_SOON], 1);
}

static void a_start_with_an_old_one(void)
{
    struct expiry_watch watch = {0};

    CHECK_INT(look(&watch, 90 * (int64_t)DAY, 100 * (int64_t)DAY, 100 * (int64_t)DAY + MINUTE)
                  .of[EXPIRY_OVER],
              1);
}

/* Read again, it is the same; renewed, its own end counts. */
static void reloads(void)
{
    struct expiry_watch watch = {0};

    CHECK_INT(look(&watch, DAY, 23 * HOUR, 23 * HOUR + MINUTE).of[EXPIRY_LAST_DAY], 1);
    CHECK_INT(look(&watch, DAY, 23 * HOUR + MINUTE, 24 * HOUR).of[EXPIRY_LAST_DAY], 0);
    CHECK_INT(look(&watch, 2 * DAY, 24 * HOUR, 36 * HOUR).of[EXPIRY_FAR], 12 * HOUR / STEP);
    CHECK_INT(look(&watch, 2 * DAY, 47 * HOUR, 47 * HOUR + MINUTE).of[EXPIRY_LAST_DAY], 1);
    CHECK_INT(look(&watch, 2 * DAY + HOUR, 48 * HOUR, 48 * HOUR + MINUTE).of[EXPIRY_LAST_DAY], 1);
}

static void a_clock_that_is_set(void)
{
    struct expiry_watch watch = {0};

    CHECK_INT(look(&watch, DAY, 30 * HOUR, 30 * HOUR + MINUTE).of[EXPIRY_OVER], 1);
    CHECK_INT(look(&watch, DAY, 26 * HOUR, 26 * HOUR + MINUTE).of[EXPIRY_OVER], 1);
    CHECK_INT(look(&watch, DAY, 20 * HOUR, 20 * HOUR + MINUTE).of[EXPIRY_LAST_DAY], 1);
    CHECK_INT(look(&watch, DAY, 2 * HOUR, 3 * HOUR).of[EXPIRY_FAR], HOUR / STEP);
}

TEST_MAIN(TEST(a_whole_life), TEST(nothing_before_a_quarter_is_left), TEST(a_start_with_an_old_one),
          TEST(reloads), TEST(a_clock_that_is_set))
