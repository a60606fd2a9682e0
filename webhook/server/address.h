/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets, and their addresses as people write them. */
#ifndef SERVER_ADDRESS_H
#define SERVER_ADDRESS_H

#include "core/problem.h"

enum {
    ADDRESS_TEXT_MAX = 64,
    /* Of each connection, in the kernel, which takes twice that for its own records. Without these
     * it lets a buffer grow: a peer that sent on and read nothing held 2 MB (measured). */
    ADDRESS_RECEIVE_BUFFER = 64 * 1024,
    ADDRESS_SEND_BUFFER = 32 * 1024,
};

/*
 * A listening TCP socket at "ADDRESS:PORT": 127.0.0.1:8443, [::1]:8443, or :8443 for every address,
 * IPv6 and IPv4. Port 0: one that is free. Names are not looked up. -1 if it can not be had.
 */
int address_listen(const char *address, struct problem *problem);

/* The address and the real port of a socket. */
void address_of(int socket, char ret_text[ADDRESS_TEXT_MAX]);

#endif
