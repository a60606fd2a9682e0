/* SPDX-License-Identifier: Apache-2.0 */
/* What a process can still do behind sandbox_enter(): each test asks from a child of its own. */
#include "server/sandbox.h"
#include "test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FILES = 1, NET = 4 }; /* the versions of Landlock that came with each */

static char place[] = "/tmp/sandbox-XXXXXX", own[64], other[64], records[64], record[96];
static struct sockaddr_in listening;

static int kernel_abi(void)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0U, LANDLOCK_CREATE_RULESET_VERSION);

    return abi > 0 ? (int)abi : 0;
}

/* 0, or errno. */
static int try_open(const char *file, int flags)
{
    int fd = open(file, flags | O_CLOEXEC, 0600);

    return fd < 0 ? errno : close(fd);
}

static int try_socket(int (*how)(int, const struct sockaddr *, socklen_t), in_port_t port)
{
    struct sockaddr_in address = listening;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), error;

    address.sin_port = port;
    error = how(fd, (const struct sockaddr *)&address, sizeof address) == 0 ? 0 : errno;
    (void)close(fd);
    return error;
}

static bool enter(const char *mode, int *abi)
{
    const char *files[] = {own, NULL, "/nowhere/at/all"};
    struct problem problem;

    return sandbox_enter(&(struct sandbox){files, 3, records, mode}, abi, &problem);
}

static int with_files(void)
{
    int abi, refused = kernel_abi() >= FILES ? EACCES : 0;

    return enter("auto", &abi) && abi == kernel_abi() && try_open(own, O_RDONLY) == 0 &&
           try_open(other, O_RDONLY) == refused && try_open("/etc/passwd", O_RDONLY) == refused &&
           (!refused || try_open(own, O_WRONLY) == EACCES) &&
           prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

static int with_records(void)
{
    int abi, refused = kernel_abi() >= FILES ? EACCES : 0;

    return enter("auto", &abi) && try_open(record, O_WRONLY | O_CREAT | O_EXCL) == 0 &&
           try_open(record, O_WRONLY | O_TRUNC) == 0 && try_open(record, O_RDONLY) == refused &&
           try_open(records, O_RDONLY | O_DIRECTORY) == 0 && unlink(record) == 0;
}

static int with_net(void)
{
    int abi, refused = kernel_abi() >= NET ? EACCES : 0;

    return try_socket(connect, listening.sin_port) == 0 && enter("auto", &abi) &&
           try_socket(connect, listening.sin_port) == refused && try_socket(bind, 0) == refused;
}

static int without(void)
{
    int abi = 1;

    return enter("off", &abi) && abi == 0 && try_open(other, O_RDONLY) == 0 &&
           prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

static int required(void)
{
    int abi;

    return enter("required", &abi) == (kernel_abi() > 0);
}

static bool holds(int (*question)(void))
{
    pid_t child = fork();
    int status = 0;

    if (child == 0)
        _exit(question() ? 0 : 1); /* no sanitizer's look back: it may not open /proc twice */
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

static void make_place(void)
{
    socklen_t size = sizeof listening;
    int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    listening =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    CHECK(bind(server, (struct sockaddr *)&listening, sizeof listening) == 0);
    CHECK(listen(server, 8) == 0);
    CHECK(getsockname(server, (struct sockaddr *)&listening, &size) == 0);
    CHECK(mkdtemp(place) != NULL);
    (void)snprintf(own, sizeof own, "%s/tls.crt", place);
    (void)snprintf(other, sizeof other, "%s.other", place);
    (void)snprintf(records, sizeof records, "%s.records", place);
    (void)snprintf(record, sizeof record, "%s/decisions-1.jsonl", records);
    CHECK(mkdir(records, 0700) == 0);
    CHECK_INT(try_open(own, O_WRONLY | O_CREAT), 0);
    CHECK_INT(try_open(other, O_WRONLY | O_CREAT), 0);
}

static void only_what_lies_beside_its_files_is_read(void)
{
    make_place();
    CHECK(holds(with_files));
}

static void records_are_made_and_removed_and_not_read(void)
{
    CHECK(holds(with_records));
}

static void nobody_is_called_and_no_port_opened(void)
{
    CHECK(holds(with_net));
}

static void off_keeps_files_and_gives_up_privileges(void)
{
    CHECK(holds(without));
}

static void required_is_a_start_or_none(void)
{
    CHECK(holds(required));
    (void)unlink(own);
    (void)unlink(other);
    (void)rmdir(records);
    (void)rmdir(place);
}

TEST_MAIN(TEST(only_what_lies_beside_its_files_is_read),
          TEST(records_are_made_and_removed_and_not_read),
          TEST(nobody_is_called_and_no_port_opened), TEST(off_keeps_files_and_gives_up_privileges),
          TEST(required_is_a_start_or_none))
