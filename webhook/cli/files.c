/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    LARGEST_FILE = 64 << 20,
    DEEPEST = 32, /* directories below the argument */
};

static void trouble(const struct file_walk *walk, const char *name, const char *message)
{
    struct problem problem;

    problem_set(&problem, 0, 0, "%s", message);
    walk->trouble(walk->context, name, &problem);
}

static void open_file(const char *name, const struct file_walk *walk)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        trouble(walk, name, strerror(errno));
        return;
    }
    walk->opened(walk->context, name, fd);
    (void)close(fd);
}

static bool ends_as(const char *name, const char *const *endings)
{
    const char *ending = strrchr(name, '.');

    for (; ending && *endings; endings++) {
        if (strcmp(ending, *endings) == 0)
            return true;
    }
    return false;
}

/* A mounted ConfigMap shows each file a second time behind dots: ..data. */
static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void walk_directory(const char *directory, unsigned depth, const struct file_walk *walk);

static void walk_entry(const char *directory, const char *entry, unsigned depth,
                       const struct file_walk *walk)
{
    size_t length = strlen(directory);
    const char *slash = length && directory[length - 1] == '/' ? "" : "/";
    struct stat status;
    char *name;

    if (asprintf(&name, "%s%s%s", directory, slash, entry) < 0) {
        trouble(walk, directory, strerror(ENOMEM));
        return;
    }
    if (lstat(name, &status) != 0)
        trouble(walk, name, strerror(errno));
    else if (S_ISDIR(status.st_mode))
        walk_directory(name, depth + 1, walk);
    else if (ends_as(name, walk->endings) && stat(name, &status) == 0 && S_ISREG(status.st_mode))
        open_file(name, walk);
    free(name);
}

static void walk_directory(const char *directory, unsigned depth, const struct file_walk *walk)
{
    struct dirent **entries = NULL;
    int count = -1;

    if (depth > DEEPEST)
        errno = ELOOP;
    else
        count = scandir(directory, &entries, is_visible, alphasort);
    if (count < 0)
        trouble(walk, directory, strerror(errno));
    for (int i = 0; i < count; i++) {
        walk_entry(directory, entries[i]->d_name, depth, walk);
        free(entries[i]);
    }
    free(entries);
}

void files_walk(const char *argument, const struct file_walk *walk)
{
    struct stat status;

    if (strcmp(argument, "-") == 0)
        walk->opened(walk->context, FILES_STDIN, STDIN_FILENO);
    else if (stat(argument, &status) == 0 && S_ISDIR(status.st_mode))
        walk_directory(argument, 0, walk);
    else
        open_file(argument, walk);
}

struct buffer {
    char *data;
    size_t size, room;
};

static bool grow(struct buffer *buffer)
{
    size_t room = buffer->room ? buffer->room * 2 : (size_t)64 << 10;
    char *data;

    if (buffer->size < buffer->room)
        return true;
    if (buffer->room >= LARGEST_FILE) {
        errno = EFBIG;
        return false;
    }
    data = realloc(buffer->data, room);
    if (!data)
        return false;
    buffer->data = data;
    buffer->room = room;
    return true;
}

/* False with errno set. */
static bool read_all(int fd, struct buffer *buffer)
{
    ssize_t count;

    do {
        if (!grow(buffer))
            return false;
        count = read(fd, buffer->data + buffer->size, buffer->room - buffer->size);
        if (count > 0)
            buffer->size += (size_t)count;
    } while (count > 0 || (count < 0 && errno == EINTR));
    return count == 0;
}

static void read_descriptor(void *context, const char *name, int fd)
{
    const struct file_sink *sink = context;
    struct buffer buffer = {0};
    struct problem problem;

    if (read_all(fd, &buffer)) {
        sink->file(sink->context, name, (struct bytes){buffer.data, buffer.size});
    } else {
        problem_set(&problem, 0, 0, "%s", strerror(errno));
        sink->trouble(sink->context, name, &problem);
    }
    free(buffer.data);
}

static void say_trouble(void *context, const char *name, const struct problem *problem)
{
    const struct file_sink *sink = context;

    sink->trouble(sink->context, name, problem);
}

void files_read(const char *argument, const struct file_sink *sink)
{
    static const char *const manifests[] = {".yaml", ".yml", ".json", NULL};
    struct file_sink copy = *sink;

    files_walk(argument, &(struct file_walk){.context = &copy,
                                             .endings = manifests,
                                             .opened = read_descriptor,
                                             .trouble = say_trouble});
}
