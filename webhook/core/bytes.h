/* SPDX-License-Identifier: Apache-2.0 */
/* A view of bytes somebody else owns. Not NUL-terminated: every boundary passes sizes. */
#ifndef CORE_BYTES_H
#define CORE_BYTES_H

#include <stddef.h>
#include <string.h>

struct bytes {
    const char *data;
    size_t size;
};

#define BYTES(literal) ((struct bytes){(literal), sizeof(literal) - 1})

static inline struct bytes bytes_of(const char *text)
{
    return (struct bytes){text, text ? strlen(text) : 0};
}

#endif
