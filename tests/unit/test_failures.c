/* SPDX-License-Identifier: Apache-2.0 */
/* The controller's log while its API server fails, and what it asks it meanwhile. */
#include "certs/note.h"
#include "certs/rotate.h"
#include "certs/store.h"
#include "test.h"

#include <stdlib.h>

enum { LOOKS = 5 };

/* In place of the controller's own: counts of what was said, and the last line of it. */
static unsigned failed, answers, unusable, others;
static char last[400];

void note(const char *event, const char *object, const char *format, ...)
{
    va_list args;
    int size;

    size = snprintf(last, sizeof last, "%s %s: ", event, object ? object : "");
    va_start(args, format);
    (void)vsnprintf(last + size, sizeof last - (size_t)size, format, args);
    va_end(args);
    if (strcmp(event, "api-failed") == 0)
        failed++;
    else if (strcmp(event, "api-answers") == 0)
        answers++;
    else if (strcmp(event, "unusable") == 0)
        unusable++;
    else
        others++;
}

struct world {
    struct store store;
    struct rotate_memory memory;
    enum store_fault fault;
    int64_t now; /* seconds */
};

static enum store_fault fault_of(void *context)
{
    return ((struct world *)context)->fault;
}

static enum rotate_status look(struct world *world)
{
    world->now += 10;
    world->store.date = 1800000000 + (time_t)world->now;
    world->store.calls = 0;
    return rotate(&store_settings, &world->memory, store_api(&world->store), world->now * 1000,
                  world->store.date);
}

/* So many looks; what was said before does not count. */
static void looks(struct world *world, enum store_fault fault, unsigned count)
{
    failed = answers = unusable = others = 0;
    world->fault = fault;
    for (unsigned i = 0; i < count; i++)
        (void)look(world);
}

static void begin(struct world *world)
{
    *world = (struct world){
        .store = {.secrets = {{.name = "tls"}, {.name = "ca"}},
                  .registrations = {{"/mutating", 1, strdup("")}, {"/validating", 2, strdup("")}},
                  .versions = 2,
                  .fault_of = fault_of},
    };
    world->store.context = world;
    for (unsigned i = 0; i < 100 && look(world) != ROTATE_NOTHING; i++)
        ;
    looks(world, FAULT_NONE, LOOKS);
    CHECK_INT(failed + answers + unusable + others, 0);
}

static void check_said(unsigned want_failed, unsigned want_answers)
{
    CHECK_INT(failed, want_failed);
    CHECK_INT(answers, want_answers);
    CHECK_INT(unusable + others, 0);
}

/* Two configurations and the first Secret; without that one there is no sense in the other. */
static void begins_changes_and_ends(void)
{
    struct world world;

    begin(&world);
    looks(&world, FAULT_NO_ANSWER, LOOKS);
    check_said(3, 0);
    CHECK_TEXT(last, "api-failed tls: no answer to call 3");
    looks(&world, FAULT_500, LOOKS);
    check_said(3, 0);
    CHECK_TEXT(last, "api-failed tls: GET is answered with 500");
    looks(&world, FAULT_NONE, LOOKS);
    check_said(0, 3);
    CHECK_TEXT(last, "api-answers tls: it is well again, after 10 failures in 100 seconds");
    looks(&world, FAULT_500, 1);
    check_said(3, 0);
    store_free(&world.store);
}

static void is_not_called_after_it_asked_for_a_pause(void)
{
    struct world world;

    begin(&world);
    looks(&world, FAULT_BUSY, LOOKS);
    check_said(1, 0);
    CHECK_TEXT(last, "api-failed /mutating: GET is answered with 429");
    CHECK_INT(world.store.calls, 1);
    CHECK_INT(world.memory.asked_ms, STORE_PAUSE * 1000);
    looks(&world, FAULT_NONE, 1);
    check_said(0, 1);
    CHECK_INT(world.store.calls, 4);
    CHECK_INT(world.memory.asked_ms, 0);
    store_free(&world.store);
}

/* What can be read and not written has not ended while it can be read. */
static void a_write_goes_on_failing(void)
{
    struct world world;

    begin(&world);
    store_delete(&world.store.secrets[0]);
    looks(&world, FAULT_FORBIDDEN, LOOKS);
    check_said(1, 0);
    CHECK_TEXT(last, "api-failed tls: POST is answered with 403");
    looks(&world, FAULT_NONE, LOOKS);
    CHECK_INT(answers, 1);
    CHECK_INT(failed, 0);
    store_free(&world.store);
}

/* Another failure on the way says nothing about the end of the first. */
static void a_look_that_is_cut_short_ends_nothing(void)
{
    struct world world;

    begin(&world);
    store_delete(&world.store.secrets[0]);
    looks(&world, FAULT_FORBIDDEN, LOOKS);
    looks(&world, FAULT_BUSY, LOOKS);
    check_said(1, 0);
    looks(&world, FAULT_FORBIDDEN, LOOKS);
    check_said(0, 1);
    store_free(&world.store);
}

static void garbage_that_stays_is_said_once(void)
{
    struct world world;
    struct store_secret *secret;

    begin(&world);
    secret = &world.store.secrets[0];
    for (size_t i = 0; i < STORE_ENTRIES; i++) {
        if (secret->entries[i].key && strcmp(secret->entries[i].key, "tls.crt") == 0) {
            free(secret->entries[i].value);
            secret->entries[i].value = strdup("Z2FyYmFnZQ==");
        }
    }
    looks(&world, FAULT_FORBIDDEN, LOOKS);
    CHECK_INT(unusable, 1);
    CHECK_INT(failed, 1);
    looks(&world, FAULT_NONE, LOOKS);
    CHECK_INT(unusable, 0);
    store_free(&world.store);
}

TEST_MAIN(TEST(begins_changes_and_ends), TEST(is_not_called_after_it_asked_for_a_pause),
          TEST(a_write_goes_on_failing), TEST(a_look_that_is_cut_short_ends_nothing),
          TEST(garbage_that_stays_is_said_once))
