/* SPDX-License-Identifier: Apache-2.0 */
/* YAML and JSON as they are written. */
#ifndef CLI_MANIFEST_SOURCE_H
#define CLI_MANIFEST_SOURCE_H

#include "core/bytes.h"

static inline bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Where the run of blanks, or of others, ends that begins there. */
static inline size_t skip(struct bytes source, size_t at, bool blanks)
{
    while (at < source.size && is_blank(source.data[at]) == blanks)
        at++;
    return at;
}

/* Behind an anchor and a tag. */
static inline size_t skip_properties(struct bytes source, size_t at)
{
    while (at < source.size && (source.data[at] == '&' || source.data[at] == '!'))
        at = skip(source, skip(source, at, false), true);
    return at;
}

#endif
