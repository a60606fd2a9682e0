/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/files.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SHOWN = 120 };

void file_problem(struct problem *problem, const char *path, const char *reason)
{
    size_t length = strlen(path);
    bool whole = length <= PATH_SHOWN;

    problem_set(problem, 0, 0, "%s%s: %s", whole ? "" : "...",
                whole ? path : path + length - PATH_SHOWN, reason);
}

static void system_problem(struct problem *problem, const char *path, int error)
{
    char text[80];

    file_problem(problem, path, strerror_r(error, text, sizeof text));
}

void file_content_free(struct file_content *content)
{
    OPENSSL_clear_free(content->data, content->size);
    *content = (struct file_content){0};
}

/* Bytes read, at most room; -1 with errno. */
static ssize_t read_fully(int fd, char *data, size_t room)
{
    size_t size = 0;

    while (size < room) {
        ssize_t got = read(fd, data + size, room - size);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        size += (size_t)got;
    }
    return (ssize_t)size;
}

static enum file_status read_open_file(int fd, const char *path, struct file_content *ret,
                                       struct problem *problem)
{
    char *data = OPENSSL_malloc(CERT_FILE_LIMIT + 1);
    ssize_t size = data ? read_fully(fd, data, CERT_FILE_LIMIT + 1) : -1;
    struct file_content content = {data, size < 0 ? 0 : (size_t)size};

    if (!data)
        system_problem(problem, path, ENOMEM);
    else if (size < 0)
        system_problem(problem, path, errno);
    else if (size > CERT_FILE_LIMIT)
        file_problem(problem, path, "larger than 1 MiB: not a certificate or key file");
    if (size < 0 || size > CERT_FILE_LIMIT) {
        file_content_free(&content);
        return FILE_FAILED;
    }
    content.data[content.size] = '\0';
    *ret = content;
    return FILE_READ;
}

enum file_status file_read(const char *path, struct file_content *ret, struct problem *problem)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    enum file_status status;

    if (fd < 0) {
        system_problem(problem, path, errno);
        return errno == ENOENT ? FILE_ABSENT : FILE_FAILED;
    }
    status = read_open_file(fd, path, ret, problem);
    close(fd);
    return status;
}

bool directory_open(const char *path, struct directory *ret, struct problem *problem)
{
    struct directory directory = {.path = path};

    if (mkdir(path, 0700) < 0 && errno != EEXIST) {
        system_problem(problem, path, errno);
        return false;
    }
    directory.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory.fd < 0) {
        system_problem(problem, path, errno);
        return false;
    }
    if (flock(directory.fd, LOCK_EX | LOCK_NB) < 0) {
        file_problem(problem, path, "another run is writing certificates here");
        directory_close(&directory);
        return false;
    }
    *ret = directory;
    return true;
}

void directory_close(struct directory *directory)
{
    close(directory->fd);
    directory->fd = -1;
}

static void entry_problem(struct problem *problem, const struct directory *directory,
                          const char *name, int error)
{
    char path[PATH_SHOWN + FILE_NAME_LIMIT + 2];
    size_t length = strlen(directory->path);
    const char *shown =
        length > PATH_SHOWN ? directory->path + length - PATH_SHOWN : directory->path;

    (void)snprintf(path, sizeof path, "%s/%.*s", shown, FILE_NAME_LIMIT, name);
    system_problem(problem, path, error);
}

static bool write_fully(int fd, struct bytes content)
{
    while (content.size) {
        ssize_t put = write(fd, content.data, content.size);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        content.data += put;
        content.size -= (size_t)put;
    }
    return true;
}

/* A name that nobody else has; false where the system gives no random bytes. */
static bool choose_temporary(struct new_file *file)
{
    uint64_t random;

    if (RAND_bytes((unsigned char *)&random, sizeof random) != 1)
        return false;
    (void)snprintf(file->temporary, sizeof file->temporary, ".%.*s.%016llx", FILE_NAME_LIMIT,
                   file->name, (unsigned long long)random);
    return true;
}

static bool write_temporary(const struct directory *directory, struct new_file *file)
{
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    int fd, error;
    bool good;

    if (!choose_temporary(file))
        return errno = EAGAIN, false;
    fd = openat(directory->fd, file->temporary, flags, 0600);
    if (fd < 0) {
        file->temporary[0] = '\0';
        return false;
    }
    good = fchmod(fd, file->mode) == 0 && write_fully(fd, file->content) && fsync(fd) == 0;
    error = errno;
    if (close(fd) < 0 && good)
        return false;
    errno = error;
    return good;
}

static bool rename_temporary(const struct directory *directory, struct new_file *file)
{
    if (renameat(directory->fd, file->temporary, directory->fd, file->name) < 0)
        return false;
    file->temporary[0] = '\0';
    return true;
}

static bool for_each_file(const struct directory *directory, struct new_file *files, size_t count,
                          bool (*step)(const struct directory *, struct new_file *),
                          struct problem *problem)
{
    for (size_t i = 0; i < count; i++) {
        if (!step(directory, &files[i])) {
            entry_problem(problem, directory, files[i].name, errno);
            return false;
        }
    }
    return true;
}

static void remove_temporaries(const struct directory *directory, struct new_file *files,
                               size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (files[i].temporary[0])
            (void)unlinkat(directory->fd, files[i].temporary, 0);
    }
}

bool files_write(const struct directory *directory, struct new_file *files, size_t count,
                 struct problem *problem)
{
    bool good;

    for (size_t i = 0; i < count; i++)
        files[i].temporary[0] = '\0';
    good = for_each_file(directory, files, count, write_temporary, problem) &&
           for_each_file(directory, files, count, rename_temporary, problem);
    if (good && fsync(directory->fd) < 0) {
        system_problem(problem, directory->path, errno);
        good = false;
    }
    remove_temporaries(directory, files, count);
    return good;
}
