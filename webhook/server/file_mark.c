/* SPDX-License-Identifier: Apache-2.0 */
#include "server/file_mark.h"

#include <stddef.h>

struct file_mark file_mark_of(const char *path)
{
    struct stat file;

    if (!path || stat(path, &file) != 0)
        return (struct file_mark){0};
    return (struct file_mark){file.st_dev, file.st_ino, file.st_size, file.st_mtim, file.st_ctim};
}

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool file_mark_same(const struct file_mark *a, const struct file_mark *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           same_time(a->modified, b->modified) && same_time(a->changed, b->changed);
}
