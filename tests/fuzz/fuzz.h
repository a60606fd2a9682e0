/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every fuzz target needs. A target is LLVMFuzzerTestOneInput(); with the FUZZ option it is
 * linked with libFuzzer and explores, else with fuzz_main.c, and replays files as an ordinary test.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void must(int holds, const char *file, int line, const char *condition)
{
    if (holds)
        return;
    (void)fprintf(stderr, "%s:%d: must hold: %s\n", file, line, condition);
    abort();
}

/* assert() that a release build keeps. */
#define MUST(condition) must((condition) ? 1 : 0, __FILE__, __LINE__, #condition)

#endif
