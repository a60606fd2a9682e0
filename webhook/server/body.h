/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request body as it arrives. It grows with what has come, never with what was announced. Small
 * ones are free to grow; what large ones take is bounded in all (budget.h), so that 500 peers with
 * 7 MiB each can not take 3.5 GB, and small calls never wait for large ones.
 */
#ifndef SERVER_BODY_H
#define SERVER_BODY_H

#include "core/bytes.h"

#include <stdbool.h>

enum {
    BODY_LIMIT = 7 * 1024 * 1024, /* object and oldObject of at most 3 MiB each, and the rest */
    BODY_SMALL = 64 * 1024,       /* not counted: 500 of these are 32 MiB */
};

enum body_status {
    BODY_OK,
    BODY_TOO_LARGE, /* over BODY_LIMIT */
    BODY_NO_MEMORY, /* the system has none, or the budget is used up */
};

struct body {
    char *data;
    size_t size, room;
    size_t swallowed; /* bytes that came after the failure, and were thrown away */
    enum body_status status;
};

/* Appends, or fails for good and frees what it has. May wait some milliseconds for the budget;
 * make_room(context) is asked, repeatedly, to end somebody else's large body. */
enum body_status body_append(struct body *body, struct bytes more, void (*make_room)(void *context),
                             void *context);

void body_free(struct body *body);

static inline bool body_is_large(const struct body *body)
{
    return body->room > BODY_SMALL;
}

#endif
