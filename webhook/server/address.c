/* SPDX-License-Identifier: Apache-2.0 */
#include "server/address.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    BACKLOG = 1024, /* a burst above the API server's 25 kept connections waits here */
    HOST_MAX = 48,  /* a textual IPv6 address has at most 45 characters */
};

/* getaddrinfo() takes 99999 for 34463. */
static bool is_port(const char *text)
{
    unsigned port = 0;

    for (; *text; text++) {
        unsigned digit = (unsigned)(unsigned char)*text - '0';

        port = port * 10 + digit;
        if (digit > 9 || port > UINT16_MAX)
            return false;
    }
    return true;
}

/* "[::1]:8443" becomes "::1" and "8443". */
static bool split(const char *address, char ret_host[HOST_MAX], const char **ret_port)
{
    const char *colon = strrchr(address, ':');
    size_t size = colon ? (size_t)(colon - address) : 0;

    if (!colon || !colon[1] || !is_port(colon + 1) || size >= HOST_MAX)
        return false;
    if (size >= 2 && address[0] == '[' && address[size - 1] == ']') {
        address++;
        size -= 2;
    } else if (memchr(address, ':', size)) {
        return false; /* ::1:8443 may mean two things */
    }
    memcpy(ret_host, address, size);
    ret_host[size] = '\0';
    *ret_port = colon + 1;
    return true;
}

/* Accepted sockets inherit them; before listen(), because the window's scale follows from them. */
static void bound_buffers(int sock)
{
    const int receive = ADDRESS_RECEIVE_BUFFER, send = ADDRESS_SEND_BUFFER;

    (void)setsockopt(sock, SOL_SOCKET, SO_RCVBUF, &receive, sizeof receive);
    (void)setsockopt(sock, SOL_SOCKET, SO_SNDBUF, &send, sizeof send);
}

static int listen_at(const struct addrinfo *at)
{
    int on = 1, off = 0;
    int sock = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int error;

    if (sock < 0)
        return -1;
    (void)setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bound_buffers(sock);
    if (at->ai_family == AF_INET6)
        (void)setsockopt(sock, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(sock, at->ai_addr, at->ai_addrlen) == 0 && listen(sock, BACKLOG) == 0)
        return sock;
    error = errno;
    close(sock);
    errno = error;
    return -1;
}

static int listen_first(const char *host, const char *port, int family)
{
    const struct addrinfo hints = {.ai_family = family,
                                   .ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV};
    struct addrinfo *found;
    int sock;

    if (getaddrinfo(*host ? host : NULL, port, &hints, &found) != 0) {
        errno = EINVAL;
        return -1;
    }
    sock = listen_at(found);
    freeaddrinfo(found);
    return sock;
}

int address_listen(const char *address, struct problem *problem)
{
    char host[HOST_MAX];
    const char *port;
    int sock;

    if (!split(address, host, &port)) {
        problem_set(problem, 0, 0,
                    "%.64s: write ADDRESS:PORT, [IPV6]:PORT, or :PORT for every address", address);
        return -1;
    }
    sock = listen_first(host, port, *host ? AF_UNSPEC : AF_INET6);
    if (sock < 0 && !*host && errno != EADDRINUSE && errno != EACCES)
        sock = listen_first(host, port, AF_INET); /* a kernel without IPv6 */
    if (sock < 0 && errno == EINVAL)
        problem_set(problem, 0, 0, "%.64s: write the address in numbers; names are not looked up",
                    address);
    else if (sock < 0)
        problem_set(problem, 0, 0, "can not listen on %.64s: %s", address, strerror(errno));
    return sock;
}

void address_of(int socket, char ret_text[ADDRESS_TEXT_MAX])
{
    struct sockaddr_storage at;
    socklen_t size = sizeof at;
    char host[HOST_MAX] = "?", port[8] = "?";

    if (getsockname(socket, (struct sockaddr *)&at, &size) == 0)
        (void)getnameinfo((struct sockaddr *)&at, size, host, sizeof host, port, sizeof port,
                          NI_NUMERICHOST | NI_NUMERICSERV);
    (void)snprintf(ret_text, ADDRESS_TEXT_MAX, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
}
