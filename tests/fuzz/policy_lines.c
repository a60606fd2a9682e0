/* SPDX-License-Identifier: Apache-2.0 */
/* For each line of stdin, a policy in hexadecimal: "good", or what policy_read() complains about.
 */
#include "admission/policy.h"
#include "fuzz/hex_lines.h"

static void answer(struct bytes text, void *context)
{
    struct arena *arena = context;
    struct problem problem = {.line = 0};

    arena_reset(arena);
    if (policy_read(arena, text, &problem))
        puts("good");
    else
        printf("%u:%u: %s\n", problem.line, problem.column, problem.message);
}

int main(void)
{
    struct arena *arena = arena_new(POLICY_ARENA_LIMIT);

    if (arena)
        hex_lines(answer, arena);
    arena_free(arena);
    return 0;
}
