/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of a file or pipe, one at a time, however many there are. */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include "core/bytes.h"

#include <stdbool.h>

struct line_sink {
    void *context;
    size_t longest; /* bytes of a line, its end left out */
    /* A line without its end, which lives until the call returns; ended: it had one, which only the
     * last may lack. False: read no more. */
    bool (*line)(void *context, struct bytes line, bool ended);
    /* Instead of a line that is longer. */
    bool (*too_long)(void *context);
    /* Before each wait for more; or NULL. */
    bool (*idle)(void *context);
};

/* Until the end, or until a call says false. 0, or the errno of what could not be read; ENOMEM. */
int lines_read(int fd, const struct line_sink *sink);

#endif
