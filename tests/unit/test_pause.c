/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/pause.h"
#include "test.h"

#include <stddef.h>

enum { INTERVAL = 10000, MINUTE = 60000 };

static int64_t after(struct pause *pause, enum rotate_status status)
{
    return pause_after(pause, status, INTERVAL, 0, 255);
}

static void nothing_to_do(void)
{
    struct pause pause = {0};

    CHECK_INT(after(&pause, ROTATE_NOTHING), INTERVAL);
}

static void failures_double_up_to_the_interval(void)
{
    static const int64_t want[] = {500, 1000, 2000, 4000, 8000, INTERVAL, INTERVAL};
    struct pause pause = {0};

    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        CHECK_INT(after(&pause, i % 2 ? ROTATE_FAILED : ROTATE_CONFLICT), want[i]);
    for (unsigned i = 0; i < 100000; i++)
        (void)after(&pause, ROTATE_FAILED);
    CHECK_INT(after(&pause, ROTATE_FAILED), INTERVAL);
    CHECK_INT(after(&pause, ROTATE_NOTHING), INTERVAL);
    CHECK_INT(after(&pause, ROTATE_FAILED), 500);
}

static void a_short_interval_bounds_the_first_too(void)
{
    struct pause pause = {0};

    CHECK_INT(pause_after(&pause, ROTATE_FAILED, 100, 0, 255), 100);
}

static void copies_do_not_stay_in_step(void)
{
    struct pause low = {0}, middle = {0};

    CHECK_INT(pause_after(&low, ROTATE_FAILED, INTERVAL, 0, 0), 250);
    CHECK_INT(pause_after(&middle, ROTATE_FAILED, INTERVAL, 0, 51), 300);
}

static void changes_go_on_at_once(void)
{
    struct pause pause = {0};

    for (unsigned i = 1; i < PAUSE_BUSY_LOOKS; i++)
        CHECK_INT(after(&pause, ROTATE_CHANGED), 0);
    CHECK_INT(after(&pause, ROTATE_CHANGED), INTERVAL);
    CHECK_INT(after(&pause, ROTATE_NOTHING), INTERVAL);
    CHECK_INT(after(&pause, ROTATE_CHANGED), 0);
}

static void what_is_asked_for_is_waited_for(void)
{
    static const struct {
        enum rotate_status status;
        int64_t asked;
        unsigned char chance;
        int64_t want;
    } rows[] = {
        {ROTATE_FAILED, 2000, 0, 2000},
        {ROTATE_FAILED, 2000, 255, 2500},
        {ROTATE_CHANGED, 30000, 0, 30000},
        {ROTATE_NOTHING, 30000, 0, 30000},
        {ROTATE_NOTHING, 1000, 0, INTERVAL},
        {ROTATE_FAILED, 24 * 60 * MINUTE, 0, 5 * MINUTE},
        {ROTATE_FAILED, INT64_MAX, 255, 5 * MINUTE + 5 * MINUTE / 4},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pause pause = {0};

        CHECK_INT(pause_after(&pause, rows[i].status, INTERVAL, rows[i].asked, rows[i].chance),
                  rows[i].want);
    }
}

TEST_MAIN(TEST(nothing_to_do), TEST(failures_double_up_to_the_interval),
          TEST(a_short_interval_bounds_the_first_too), TEST(copies_do_not_stay_in_step),
          TEST(changes_go_on_at_once), TEST(what_is_asked_for_is_waited_for))
