/* SPDX-License-Identifier: Apache-2.0 */
/* Why a text could not be read, and where. Filled on failure only. */
#ifndef CORE_PROBLEM_H
#define CORE_PROBLEM_H

struct problem {
    char message[200];     /* one sentence, plain text, NUL-terminated */
    unsigned line, column; /* from 1, columns in bytes; 0 where unknown */
};

void problem_set(struct problem *problem, unsigned line, unsigned column, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
