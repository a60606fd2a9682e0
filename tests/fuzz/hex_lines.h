/* SPDX-License-Identifier: Apache-2.0 */
/* Texts from the standard input, each a line in hexadecimal: what a Python test asks one process.
 */
#ifndef FUZZ_HEX_LINES_H
#define FUZZ_HEX_LINES_H

#include "core/bytes.h"

#include <stdio.h>
#include <stdlib.h>

static unsigned hex_nibble(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* In place. */
static struct bytes hex_decode(char *line, size_t size)
{
    for (size_t i = 0; i < size / 2; i++)
        line[i] = (char)(hex_nibble(line[2 * i]) << 4 | hex_nibble(line[2 * i + 1]));
    return (struct bytes){line, size / 2};
}

static void hex_lines(void (*answer)(struct bytes text, void *context), void *context)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t size;

    while ((size = getline(&line, &room, stdin)) > 0)
        answer(hex_decode(line, (size_t)size - 1), context);
    free(line);
}

#endif
