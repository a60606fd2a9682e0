/* SPDX-License-Identifier: Apache-2.0 */
#include "server/answer.h"

#include "server/budget.h"

#include <microhttpd.h>
#include <stdlib.h>

struct large {
    size_t size;
    char data[];
};

static void large_free(void *data)
{
    struct large *large = (struct large *)(void *)((char *)data - offsetof(struct large, data));

    budget_give(large->size);
    free(large);
}

static struct MHD_Response *large_response(struct bytes body)
{
    struct large *large = malloc(sizeof *large + body.size);
    struct MHD_Response *response = NULL;

    if (large) {
        large->size = body.size;
        memcpy(large->data, body.data, body.size);
        response =
            MHD_create_response_from_buffer_with_free_callback(body.size, large->data, large_free);
    }
    if (response)
        return response; /* cppcheck-suppress memleak ; large_free() has it */
    budget_give(body.size);
    free(large);
    return NULL;
}

struct MHD_Response *answer_response(struct bytes body, void (*make_room)(void *context),
                                     void *context)
{
    /* It copies at once; 0.9.75 wants a pointer to non-const all the same. */
    const union {
        const char *data;
        void *copied;
    } small = {body.data};

    if (!answer_is_large(body))
        return MHD_create_response_from_buffer(body.size, small.copied, MHD_RESPMEM_MUST_COPY);
    return budget_take(body.size, make_room, context) ? large_response(body) : NULL;
}
