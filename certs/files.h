/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificate files: bounded reads, and writes of several files that belong together. Every file is
 * written whole under another name first and renamed only when all of them are on the disk, so a
 * failure leaves what was there, and nobody ever reads half a file.
 */
#ifndef CERTS_FILES_H
#define CERTS_FILES_H

#include "core/bytes.h"
#include "core/problem.h"

#include <stdbool.h>
#include <sys/types.h>

enum { CERT_FILE_LIMIT = 1024 * 1024 }; /* bytes; a large CA bundle has some 250 KB */

/* A file's bytes. They may be a key: freeing wipes them. */
struct file_content {
    char *data; /* NUL-terminated; the size leaves the NUL out */
    size_t size;
};

enum file_status { FILE_READ, FILE_ABSENT, FILE_FAILED };

/*
 * The whole file, at most CERT_FILE_LIMIT bytes. The problem is set for FILE_ABSENT too, so that a
 * caller who needs the file can show it. Free with file_content_free().
 */
enum file_status file_read(const char *path, struct file_content *ret, struct problem *problem);
void file_content_free(struct file_content *content);

/* A directory open for writing, locked against another writer of this kind. */
struct directory {
    const char *path; /* the caller's own */
    int fd;
};

/* Makes the directory (mode 0700) if it is not there; its parent must be. */
bool directory_open(const char *path, struct directory *ret, struct problem *problem);
void directory_close(struct directory *directory);

enum { FILE_NAME_LIMIT = 64 };

struct new_file {
    const char *name; /* in the directory, shorter than FILE_NAME_LIMIT */
    mode_t mode;      /* as it is: the umask does not count */
    struct bytes content;
    char temporary[FILE_NAME_LIMIT + 32]; /* files_write()'s own */
};

/* All files are written under other names, then renamed in their order. What fails before the first
 * rename (no room, no permission) changes nothing; the other names never stay behind. */
bool files_write(const struct directory *directory, struct new_file *files, size_t count,
                 struct problem *problem);

/* "PATH: reason", with the end of a path that is too long for a problem. */
void file_problem(struct problem *problem, const char *path, const char *reason);

#endif
