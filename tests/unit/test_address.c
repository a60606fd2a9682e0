/* SPDX-License-Identifier: Apache-2.0 */
#include "server/address.h"
#include "test.h"

#include <sys/socket.h>
#include <unistd.h>

/* The kernel doubles what it is told, and grows what it is not told. */
static int buffer_of(int sock, int which)
{
    int size = 0;
    socklen_t length = sizeof size;

    CHECK(getsockopt(sock, SOL_SOCKET, which, &size, &length) == 0);
    return size;
}

static int connect_to(int listening)
{
    struct sockaddr_storage at = {.ss_family = AF_INET};
    socklen_t size = sizeof at;
    int sock;

    CHECK(getsockname(listening, (struct sockaddr *)&at, &size) == 0);
    sock = socket(at.ss_family, SOCK_STREAM, 0);
    CHECK(connect(sock, (struct sockaddr *)&at, size) == 0);
    return sock;
}

static void what_is_accepted_has_bounded_buffers(void)
{
    struct problem problem;
    int listening = address_listen("127.0.0.1:0", &problem);
    int theirs, ours = -1;

    if (!CHECK(listening >= 0))
        return;
    theirs = connect_to(listening);
    for (int i = 0; i < 1000 && ours < 0; i++) {
        ours = accept(listening, NULL, NULL);
        usleep(1000);
    }
    CHECK_INT(buffer_of(ours, SO_RCVBUF), 2 * ADDRESS_RECEIVE_BUFFER);
    CHECK_INT(buffer_of(ours, SO_SNDBUF), 2 * ADDRESS_SEND_BUFFER);
    close(ours);
    close(theirs);
    close(listening);
}

TEST_MAIN(TEST(what_is_accepted_has_bounded_buffers))
