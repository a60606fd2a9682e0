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

struct buffer {
    char *data;
    size_t size, room;
};

static void trouble(const struct file_sink *sink, const char *name, const char *message)
{
    struct problem problem;

    problem_set(&problem, 0, 0, "%s", message);
    sink->trouble(sink->context, name, &problem);
}

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

static void read_descriptor(int fd, const char *name, const struct file_sink *sink)
{
    struct buffer buffer = {0};

    if (read_all(fd, &buffer))
        sink->file(sink->context, name, (struct bytes){buffer.data, buffer.size});
    else
        trouble(sink, name, strerror(errno));
    free(buffer.data);
}

static void read_file(const char *name, const struct file_sink *sink)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        trouble(sink, name, strerror(errno));
        return;
    }
    read_descriptor(fd, name, sink);
    (void)close(fd);
}

static bool is_manifest(const char *name)
{
    static const char *const endings[] = {".yaml", ".yml", ".json"};
    const char *ending = strrchr(name, '.');

    for (size_t i = 0; ending && i < sizeof endings / sizeof *endings; i++) {
        if (strcmp(ending, endings[i]) == 0)
            return true;
    }
    return false;
}

/* A mounted ConfigMap shows each file a second time behind dots: ..data. */
static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void read_directory(const char *directory, unsigned depth, const struct file_sink *sink);

static void read_entry(const char *directory, const char *entry, unsigned depth,
                       const struct file_sink *sink)
{
    size_t length = strlen(directory);
    const char *slash = length && directory[length - 1] == '/' ? "" : "/";
    struct stat status;
    char *name;

    if (asprintf(&name, "%s%s%s", directory, slash, entry) < 0) {
        trouble(sink, directory, strerror(ENOMEM));
        return;
    }
    if (lstat(name, &status) != 0)
        trouble(sink, name, strerror(errno));
    else if (S_ISDIR(status.st_mode))
        read_directory(name, depth + 1, sink);
    else if (is_manifest(name) && stat(name, &status) == 0 && S_ISREG(status.st_mode))
        read_file(name, sink);
    free(name);
}

static void read_directory(const char *directory, unsigned depth, const struct file_sink *sink)
{
    struct dirent **entries = NULL;
    int count = -1;

    if (depth > DEEPEST)
        errno = ELOOP;
    else
        count = scandir(directory, &entries, is_visible, alphasort);
    if (count < 0)
        trouble(sink, directory, strerror(errno));
    for (int i = 0; i < count; i++) {
        read_entry(directory, entries[i]->d_name, depth, sink);
        free(entries[i]);
    }
    free(entries);
}

void files_read(const char *argument, const struct file_sink *sink)
{
    struct stat status;

    if (strcmp(argument, "-") == 0)
        read_descriptor(STDIN_FILENO, "<stdin>", sink);
    else if (stat(argument, &status) == 0 && S_ISDIR(status.st_mode))
        read_directory(argument, 0, sink);
    else
        read_file(argument, sink);
}
