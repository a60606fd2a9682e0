/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --record: each decision about an object that was looked at, as a line of a file, for `replay`.
 * The object itself is in it only with --record-content. A call never waits for the disk: lines
 * wait in a bounded queue, and what does not fit is counted and lost.
 */
#ifndef SERVER_RECORDER_H
#define SERVER_RECORDER_H

#include "admission/admit.h"
#include "core/problem.h"

#include <stdbool.h>
#include <stdint.h>

enum { RECORDER_CONTENT_MEMORY = 16 << 20 }; /* bytes that wait at most, with objects */

struct recorder_settings {
    const char *directory; /* NULL: nothing is recorded */
    int64_t largest, most; /* bytes a file, files */
    bool content;
};

struct recorder;

/* settings must outlive it; without a directory it is NULL, which all below take: nothing is
 * recorded. False with the reason: no memory, or nothing can be written there. */
bool recorder_open(const struct recorder_settings *settings, struct recorder **ret,
                   struct problem *problem);

/* Starts the writer, and says so in the log. False if there is no thread to be had. */
bool recorder_start(struct recorder *recorder);

/* Writes what waits, for some seconds at most, and frees it. */
void recorder_stop(struct recorder *recorder);

/* A review that was answered, and what it was; the arena is that of the call. */
void recorder_put(struct recorder *recorder, struct arena *arena, enum admit_stage stage,
                  const struct verdict *verdict, struct bytes review);

struct recorder_counts {
    uint64_t written, dropped, failed; /* dropped: no room or memory; failed: by the file system */
};

struct recorder_counts recorder_count(const struct recorder *recorder);

#endif
