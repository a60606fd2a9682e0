/* SPDX-License-Identifier: Apache-2.0 */
/* Durations are measured on the monotonic clock: nobody can set it. Texts are of the wall clock. */
#ifndef SERVER_CLOCK_H
#define SERVER_CLOCK_H

#include <stdint.h>
#include <time.h>

enum { CLOCK_SECOND_MS = 1000, CLOCK_SECOND_NS = 1000000000, CLOCK_MS_NS = 1000000 };

static inline int64_t clock_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * CLOCK_SECOND_NS + now.tv_nsec;
}

static inline int64_t clock_ms(void)
{
    return clock_ns() / CLOCK_MS_NS;
}

/* A signal ends it early. */
static inline void clock_sleep(int64_t ms)
{
    (void)nanosleep(&(struct timespec){.tv_sec = (time_t)(ms / CLOCK_SECOND_MS),
                                       .tv_nsec = (long)(ms % CLOCK_SECOND_MS * CLOCK_MS_NS)},
                    NULL);
}

enum { CLOCK_TEXT_MAX = 40 };

/* Now, as RFC 3339 has it, UTC, with milliseconds: 2026-11-28T20:56:04.123Z. */
void clock_text(char ret[CLOCK_TEXT_MAX]);

#endif
