/* SPDX-License-Identifier: Apache-2.0 */
/* An answer's bytes until its peer has read them: a large one takes a part of the budget. */
#ifndef SERVER_ANSWER_H
#define SERVER_ANSWER_H

#include "core/bytes.h"

#include <stdbool.h>

struct MHD_Response;

enum { ANSWER_SMALL = 64 * 1024 }; /* not counted: it takes the place of a small body */

static inline bool answer_is_large(struct bytes body)
{
    return body.size > ANSWER_SMALL;
}

/* A copy, for MHD_queue_response() and MHD_destroy_response(). NULL without memory, or without a
 * part of the budget: see budget_take(). */
struct MHD_Response *answer_response(struct bytes body, void (*make_room)(void *context),
                                     void *context);

#endif
