/* SPDX-License-Identifier: Apache-2.0 */
/* The files that an argument of a command names. */
#ifndef CLI_FILES_H
#define CLI_FILES_H

#include "core/bytes.h"
#include "core/problem.h"

/* What stdin is called where a file has its name. */
#define FILES_STDIN "<stdin>"

struct file_sink {
    void *context;
    /* The text lives until the call returns. */
    void (*file)(void *context, const char *name, struct bytes text);
    void (*trouble)(void *context, const char *name, const struct problem *problem);
};

struct file_walk {
    void *context;
    const char *const *endings; /* of the files of a directory, up to NULL */
    /* Open for reading, until the call returns. */
    void (*opened)(void *context, const char *name, int fd);
    void (*trouble)(void *context, const char *name, const struct problem *problem);
};

/*
 * A file, or all files of a directory with one of the endings (sorted, below it too, but nothing
 * whose name begins with a dot, and no linked directories), or `-` for stdin.
 */
void files_walk(const char *argument, const struct file_walk *walk);

/* The same for manifests, *.yaml, *.yml and *.json, as whole texts of at most 64 MiB. */
void files_read(const char *argument, const struct file_sink *sink);

#endif
