/* SPDX-License-Identifier: Apache-2.0 */
/* What tells one content of a file from another without reading it. Kubernetes swaps a symlink:
 * seen as another inode. */
#ifndef SERVER_FILE_MARK_H
#define SERVER_FILE_MARK_H

#include <stdbool.h>
#include <sys/stat.h>

struct file_mark {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified, changed;
};

/* path: NULL or no file gives one that is equal to itself only. */
struct file_mark file_mark_of(const char *path);

bool file_mark_same(const struct file_mark *a, const struct file_mark *b);

#endif
