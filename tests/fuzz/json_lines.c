/* SPDX-License-Identifier: Apache-2.0 */
/* Each line of stdin is a text in hexadecimal; for each, what json_parse() says: 0 is JSON_OK. */
#include "core/json.h"

#include <stdio.h>
#include <stdlib.h>

static unsigned nibble(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* In place. */
static struct bytes from_hex(char *line, size_t size)
{
    for (size_t i = 0; i < size / 2; i++)
        line[i] = (char)(nibble(line[2 * i]) << 4 | nibble(line[2 * i + 1]));
    return (struct bytes){line, size / 2};
}

int main(void)
{
    static const struct json_limits limits = {.depth = 128, .values = 20000};
    struct arena *arena = arena_new((size_t)64 << 20);
    char *line = NULL;
    size_t room = 0;
    ssize_t size;

    while (arena && (size = getline(&line, &room, stdin)) > 0) {
        const struct json *value;
        struct problem problem;

        arena_reset(arena);
        printf("%d\n",
               json_parse(arena, from_hex(line, (size_t)size - 1), &limits, &value, &problem));
    }
    free(line);
    arena_free(arena);
    return 0;
}
