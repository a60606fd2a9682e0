/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a text, each with its line feed. */
#ifndef CLI_LINE_BOUNDS_H
#define CLI_LINE_BOUNDS_H

#include "core/bytes.h"

/* Where the line begins that has the byte at `at`, or that ends there. */
static inline size_t line_start(struct bytes text, size_t at)
{
    while (at > 0 && text.data[at - 1] != '\n')
        at--;
    return at;
}

/* Where the next line begins, or the text ends. */
static inline size_t line_end(struct bytes text, size_t at)
{
    const char *end = at < text.size ? memchr(text.data + at, '\n', text.size - at) : NULL;

    return end ? (size_t)(end - text.data) + 1 : text.size;
}

static inline struct bytes first_line(struct bytes text)
{
    return (struct bytes){text.data, line_end(text, 0)};
}

#endif
