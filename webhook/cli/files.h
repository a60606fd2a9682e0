/* SPDX-License-Identifier: Apache-2.0 */
/* The files that an argument of `check` names. */
#ifndef CLI_FILES_H
#define CLI_FILES_H

#include "core/bytes.h"
#include "core/problem.h"

struct file_sink {
    void *context;
    /* The text lives until the call returns. */
    void (*file)(void *context, const char *name, struct bytes text);
    void (*trouble)(void *context, const char *name, const struct problem *problem);
};

/*
 * A file, a directory with all its *.yaml, *.yml and *.json (sorted, below it too, but nothing
 * whose name begins with a dot, and no linked directories), or `-` for stdin, which is called
 * <stdin>.
 */
void files_read(const char *argument, const struct file_sink *sink);

#endif
