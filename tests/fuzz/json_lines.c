/* SPDX-License-Identifier: Apache-2.0 */
/* For each line of stdin, a text in hexadecimal: what json_parse() says; 0 is JSON_OK. */
#include "core/json.h"
#include "fuzz/hex_lines.h"

static void answer(struct bytes text, void *context)
{
    static const struct json_limits limits = {.depth = 128, .values = 20000};
    struct arena *arena = context;
    const struct json *value;
    struct problem problem;

    arena_reset(arena);
    printf("%d\n", json_parse(arena, text, &limits, &value, &problem));
}

int main(void)
{
    struct arena *arena = arena_new((size_t)64 << 20);

    if (arena)
        hex_lines(answer, arena);
    arena_free(arena);
    return 0;
}
