/* SPDX-License-Identifier: Apache-2.0 */
#include "server/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* From Linux's own header; Debian's copy of it may be older than the kernel that runs. */
enum { NET_BIND_TCP = 1, NET_CONNECT_TCP = 2 };

enum { FS_TRUNCATE = 1 << 14 };

/* What a directory of files that come and go needs. */
#define WRITABLE                                                                                   \
    (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |   \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | FS_TRUNCATE)

struct ruleset {
    uint64_t files, net;
};

/* What each version of Landlock can take away. */
static const struct {
    int abi;
    struct ruleset rights;
} rows[] = {
    {1, {.files = 0x1fff}},                       /* read, write, run, make, remove */
    {2, {.files = 0x2000}},                       /* move to another directory */
    {3, {.files = 0x4000}},                       /* truncate */
    {4, {.net = NET_BIND_TCP | NET_CONNECT_TCP}}, /* new ports, new connections */
    {5, {.files = 0x8000}},                       /* ioctl of devices */
};

static struct ruleset rights_of(int abi)
{
    struct ruleset rights = {0};

    for (size_t i = 0; i < sizeof rows / sizeof *rows && rows[i].abi <= abi; i++) {
        rights.files |= rows[i].rights.files;
        rights.net |= rows[i].rights.net;
    }
    return rights;
}

/* A directory that is not there gives nothing; whoever reads the file says what is wrong. */
static bool allow_directory(int ruleset, const char *directory, uint64_t rights)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = rights};
    long error;

    rule.parent_fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (rule.parent_fd < 0)
        return true;
    error = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0U);
    (void)close(rule.parent_fd);
    return error == 0;
}

static bool allow_beside(int ruleset, const char *file)
{
    char directory[PATH_MAX];
    size_t size = strlen(file);

    while (size && file[size - 1] != '/')
        size--;
    if (size >= sizeof directory)
        return true;
    memcpy(directory, file, size);
    directory[size] = '\0';
    return allow_directory(ruleset, size ? directory : ".", LANDLOCK_ACCESS_FS_READ_FILE);
}

static bool allow_file(int ruleset, const char *file)
{
    char *real = realpath(file, NULL);
    bool good = allow_beside(ruleset, file) && (!real || allow_beside(ruleset, real));

    free(real);
    return good;
}

/* A sanitizer looks at the process itself, at its end and where it finds something. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static bool allow_sanitizers(int ruleset)
{
    return allow_directory(ruleset, "/proc",
                           LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR);
}
#else
static bool allow_sanitizers(int ruleset)
{
    (void)ruleset;
    return true;
}
#endif

static bool restrict_self(const struct sandbox *sandbox, int abi)
{
    struct ruleset rights = rights_of(abi);
    size_t size = rights.net ? sizeof rights : sizeof rights.files;
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &rights, size, 0U);
    bool good = ruleset >= 0 && allow_sanitizers(ruleset);

    if (good && sandbox->writable)
        good = allow_directory(ruleset, sandbox->writable, WRITABLE & rights.files);
    for (size_t i = 0; good && i < sandbox->count; i++)
        good = !sandbox->files[i] || allow_file(ruleset, sandbox->files[i]);
    good = good && syscall(SYS_landlock_restrict_self, ruleset, 0U) == 0;
    if (ruleset >= 0)
        (void)close(ruleset);
    return good;
}

bool sandbox_enter(const struct sandbox *sandbox, int *ret_abi, struct problem *problem)
{
    bool off = strcmp(sandbox->mode, "off") == 0;
    long abi = 0;

    *ret_abi = 0;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        problem_set(problem, 0, 0, "no_new_privs: %s", strerror(errno));
        return false;
    }
    if (!off)
        abi = syscall(SYS_landlock_create_ruleset, NULL, 0U, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi <= 0 && strcmp(sandbox->mode, "required") == 0) {
        problem_set(problem, 0, 0, "--landlock required: this kernel has none (%s)",
                    strerror(errno));
        return false;
    }
    if (abi > 0 && !restrict_self(sandbox, (int)abi)) {
        problem_set(problem, 0, 0, "Landlock: %s; --landlock off goes without", strerror(errno));
        return false;
    }
    *ret_abi = abi > 0 ? (int)abi : 0;
    return true;
}
