/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines in files of a bounded size and number: DIR/decisions-<when it began>.jsonl. A new file
 * begins where the last is full, and at each start of the process; the oldest go first. Each line
 * is one write(), and what was written in part is cut off again, so a reader sees whole lines.
 */
#ifndef SERVER_RECORD_FILE_H
#define SERVER_RECORD_FILE_H

#include "core/bytes.h"
#include "core/problem.h"

#include <stdbool.h>
#include <stdint.h>

struct record_file {
    int directory, fd; /* -1: none */
    int64_t size;      /* of the file so far */
    int64_t largest;   /* bytes of a file; a line that is longer has a file of its own */
    int64_t most;      /* files */
};

/*
 * Opens the directory, and makes it (0700) if only it itself is missing; its files are 0600 and
 * begin with the first line. False, with the reason, if nothing can be written there. Ends with
 * record_file_close(), also after false.
 */
bool record_file_open(struct record_file *file, const char *directory, struct problem *problem);
void record_file_close(struct record_file *file);

/* One line, with its \n. False with errno: it is not in the file. */
bool record_file_write(struct record_file *file, struct bytes line);

#endif
