/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor under every HTTPS server on this machine: OpenSSL, one blocking thread a connection, a
 * request's body read to its end, a fixed reply. What a webhook takes above this is its own.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { HEAD_MAX = 16 * 1024 };

static SSL_CTX *context;

static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                            "17\r\n\r\n{\"allowed\": true}";

/* Bytes of the body that come after the head at hand; -1: no such header. */
static long body_left(const char *head, const char *end, const char *read_to)
{
    const char *line = head;

    while ((line = strstr(line, "\r\n")) && line < end) {
        line += 2;
        if (strncasecmp(line, "content-length:", 15) == 0)
            return strtol(line + 15, NULL, 10) - (read_to - end - 4);
    }
    return -1;
}

static bool skip_body(SSL *tls, long left)
{
    char piece[16 * 1024];

    while (left > 0) {
        int count = SSL_read(tls, piece, sizeof piece);

        if (count <= 0)
            return false;
        left -= count;
    }
    return left == 0;
}

/* One request, answered; false: the peer is gone, or no HTTP. */
static bool serve_one(SSL *tls)
{
    char head[HEAD_MAX + 1];
    size_t size = 0;
    char *end = NULL;

    while (!end && size < HEAD_MAX) {
        int count = SSL_read(tls, head + size, (int)(HEAD_MAX - size));

        if (count <= 0)
            return false;
        size += (size_t)count;
        head[size] = '\0';
        end = strstr(head, "\r\n\r\n");
    }
    return end && skip_body(tls, body_left(head, end, head + size)) &&
           SSL_write(tls, reply, sizeof reply - 1) > 0;
}

static void *serve(void *argument)
{
    SSL *tls = argument;
    int fd = SSL_get_fd(tls);

    if (SSL_accept(tls) == 1)
        while (serve_one(tls))
            ;
    SSL_free(tls);
    close(fd);
    return NULL;
}

static int listen_on(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((unsigned short)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 128)) {
        perror("floor: listen");
        exit(1);
    }
    return fd;
}

static void accept_one(int listener)
{
    int one = 1, fd = accept(listener, NULL, NULL);
    SSL *tls = fd < 0 ? NULL : SSL_new(context);
    pthread_t thread;

    if (!tls)
        return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    SSL_set_fd(tls, fd);
    if (pthread_create(&thread, NULL, serve, tls) == 0)
        pthread_detach(thread);
}

int main(int argc, char **argv)
{
    int listener;

    if (argc != 4) {
        fprintf(stderr, "usage: floor PORT CERTIFICATE KEY\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_num_tickets(context, 0);
    if (SSL_CTX_use_certificate_chain_file(context, argv[2]) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, argv[3], SSL_FILETYPE_PEM) != 1)
        return 1;
    listener = listen_on((int)strtol(argv[1], NULL, 10));
    for (;;)
        accept_one(listener);
}
