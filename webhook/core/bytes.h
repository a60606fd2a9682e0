/* SPDX-License-Identifier: Apache-2.0 */
/* A view of bytes somebody else owns. Not NUL-terminated: every boundary passes sizes. */
#ifndef CORE_BYTES_H
#define CORE_BYTES_H

#include <stdbool.h>
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

static inline bool bytes_are(struct bytes bytes, const char *text)
{
    return strlen(text) == bytes.size && memcmp(bytes.data, text, bytes.size) == 0;
}

/* Takes the character off the front, if it is this one. */
static inline bool bytes_take(struct bytes *bytes, char c)
{
    if (!bytes->size || *bytes->data != c)
        return false;
    *bytes = (struct bytes){bytes->data + 1, bytes->size - 1};
    return true;
}

#endif
