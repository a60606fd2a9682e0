/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/failures.h"

#include "certs/note.h"

#include <stddef.h>
#include <string.h>

void failures_add(struct failures *look, enum place place, long status,
                  const struct problem *problem)
{
    if (!look->at[place].there)
        look->at[place] = (struct failure){true, status, *problem};
}

/* Where nobody answered, the words have a measured time in them. */
static bool same(const struct failure *a, const struct failure *b)
{
    return a->there && b->there && a->status == b->status &&
           (a->status < 0 || strcmp(a->problem.message, b->problem.message) == 0);
}

static void say_failed(struct failing *failing, enum place place, const struct failure *now,
                       const char *object, int64_t monotonic_ms)
{
    if (!failing->last[place].there) {
        failing->since_ms[place] = monotonic_ms;
        failing->looks[place] = 0;
    }
    failing->looks[place]++;
    if (!same(&failing->last[place], now))
        note("api-failed", object, "%s", now->problem.message);
    failing->last[place] = *now;
}

static void say_over(struct failing *failing, enum place place, const char *object,
                     int64_t monotonic_ms)
{
    note("api-answers", object, "it is well again, after %u failures in %lld seconds",
         failing->looks[place], (long long)(monotonic_ms - failing->since_ms[place]) / 1000);
    failing->last[place].there = false;
}

void failures_say(struct failing *failing, const struct failures *look, bool whole,
                  const char *const objects[PLACES], int64_t monotonic_ms)
{
    for (enum place place = 0; place < PLACES; place++) {
        if (look->at[place].there)
            say_failed(failing, place, &look->at[place], objects[place], monotonic_ms);
        else if (whole && failing->last[place].there)
            say_over(failing, place, objects[place], monotonic_ms);
    }
}
