/* SPDX-License-Identifier: Apache-2.0 */
#include "server/record_file.h"

#include "server/clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BEGINNING "decisions-"
#define ENDING ".jsonl"

enum { NAME_ROOM = 64, TRIES = 100 };

bool record_file_open(struct record_file *file, const char *directory, struct problem *problem)
{
    file->fd = -1;
    (void)mkdir(directory, 0700); /* what is wrong with it, the next line says */
    file->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file->directory >= 0 && faccessat(file->directory, ".", W_OK | X_OK, AT_EACCESS) == 0)
        return true;
    problem_set(problem, 0, 0, "--record %.200s: %s", directory, strerror(errno));
    return false;
}

static void end_file(struct record_file *file)
{
    if (file->fd >= 0)
        (void)close(file->fd);
    file->fd = -1;
}

void record_file_close(struct record_file *file)
{
    end_file(file);
    if (file->directory >= 0)
        (void)close(file->directory);
    file->directory = -1;
}

/* Of the form that name_now() gives: a copy that somebody called decisions-keep.jsonl stays. */
static bool is_ours(const char *name)
{
    static const char form[] = BEGINNING "00000000T000000.000Z" ENDING;
    size_t i = 0;

    while (form[i] && (form[i] == '0' ? name[i] >= '0' && name[i] <= '9' : name[i] == form[i]))
        i++;
    return !form[i] && !name[i];
}

/* How many files of ours there are; ret_oldest: the first by name, which is the first in time. */
static int64_t count_files(int directory, char ret_oldest[NAME_ROOM])
{
    int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = fd < 0 ? NULL : fdopendir(fd);
    int64_t count = 0;

    for (struct dirent *entry; stream && (entry = readdir(stream));) {
        if (!is_ours(entry->d_name))
            continue;
        if (!count++ || strcmp(entry->d_name, ret_oldest) < 0)
            memcpy(ret_oldest, entry->d_name, strlen(entry->d_name) + 1);
    }
    if (stream)
        (void)closedir(stream);
    else if (fd >= 0)
        (void)close(fd);
    return count;
}

/* Makes room for one more. */
static void remove_oldest(const struct record_file *file)
{
    char oldest[NAME_ROOM];

    while (count_files(file->directory, oldest) >= file->most) {
        if (unlinkat(file->directory, oldest, 0) != 0)
            return;
    }
}

/* decisions-20261128T205604.123Z.jsonl, with nothing in it that a file system or a shell minds. */
static void name_now(char ret[NAME_ROOM])
{
    char now[CLOCK_TEXT_MAX], *end = now;

    clock_text(now);
    for (const char *c = now; *c; c++) {
        if (*c != '-' && *c != ':')
            *end++ = *c;
    }
    (void)snprintf(ret, NAME_ROOM, BEGINNING "%.*s" ENDING, (int)(end - now), now);
}

/* Another server may share the directory: nobody's file is ever opened a second time. */
static bool begin_file(struct record_file *file)
{
    char name[NAME_ROOM];

    end_file(file);
    remove_oldest(file);
    for (int i = 0; i < TRIES && file->fd < 0; i++) {
        name_now(name);
        file->fd = openat(file->directory, name,
                          O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (file->fd < 0 && errno != EEXIST)
            return false;
        if (file->fd < 0)
            clock_sleep(1);
    }
    file->size = 0;
    return file->fd >= 0;
}

/* Takes a part of a line out again; where that can not be, nothing more goes into this file. */
static void cut_back(struct record_file *file)
{
    int error = errno;

    if (ftruncate(file->fd, file->size) != 0)
        end_file(file);
    errno = error;
}

/* Somebody removed it, perhaps another server that shares the directory: what is written there
 * nobody reads. */
static bool is_gone(const struct record_file *file)
{
    struct stat status;

    return file->fd < 0 || fstat(file->fd, &status) != 0 || status.st_nlink == 0;
}

bool record_file_write(struct record_file *file, struct bytes line)
{
    bool full = file->size && file->size + (int64_t)line.size > file->largest;
    ssize_t written;

    if ((full || is_gone(file)) && !begin_file(file))
        return false;
    do
        written = write(file->fd, line.data, line.size);
    while (written < 0 && errno == EINTR);
    if (written == (ssize_t)line.size) {
        file->size += written;
        return true;
    }
    if (written >= 0)
        errno = ENOSPC;
    cut_back(file);
    return false;
}
