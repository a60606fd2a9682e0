/* SPDX-License-Identifier: Apache-2.0 */
#include "server/body.h"

#include "server/budget.h"

#include <stdlib.h>

enum { FIRST_ROOM = 8 * 1024 }; /* most reviews have 4 to 8 KB */

static size_t counted(size_t room)
{
    return room > BODY_SMALL ? room : 0;
}

static size_t next_room(const struct body *body, size_t needed)
{
    size_t room = body->room ? body->room * 2 : FIRST_ROOM;

    while (room < needed)
        room *= 2;
    return room < BODY_LIMIT ? room : BODY_LIMIT;
}

static bool grow(struct body *body, size_t needed, void (*make_room)(void *context), void *context)
{
    size_t room = next_room(body, needed);
    size_t more = counted(room) - counted(body->room);
    char *data;

    if (more && !budget_take(more, make_room, context))
        return false;
    data = realloc(body->data, room);
    if (!data) {
        budget_give(more);
        return false;
    }
    body->data = data;
    body->room = room;
    return true;
}

static enum body_status fail(struct body *body, enum body_status status, size_t swallowed)
{
    body_free(body);
    *body = (struct body){.status = status, .swallowed = swallowed};
    return status;
}

enum body_status body_append(struct body *body, struct bytes more, void (*make_room)(void *context),
                             void *context)
{
    if (body->status != BODY_OK) {
        body->swallowed += more.size;
        return body->status;
    }
    if (more.size > BODY_LIMIT - body->size)
        return fail(body, BODY_TOO_LARGE, more.size);
    if (more.size > body->room - body->size &&
        !grow(body, body->size + more.size, make_room, context))
        return fail(body, BODY_NO_MEMORY, more.size);
    if (more.size)
        memcpy(body->data + body->size, more.data, more.size);
    body->size += more.size;
    return BODY_OK;
}

void body_free(struct body *body)
{
    budget_give(counted(body->room));
    free(body->data);
    *body = (struct body){.status = body->status};
}
