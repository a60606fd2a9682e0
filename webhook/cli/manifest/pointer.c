/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/manifest/pointer.h"

#include "core/text.h"

const char *pointer_step(struct arena *arena, const char **pointer)
{
    struct text step = text_new(arena);
    const char *at = *pointer + 1;

    for (; *at && *at != '/'; at++) {
        if (*at == '~' && at[1])
            text_putc(&step, *++at == '1' ? '/' : '~');
        else
            text_putc(&step, *at);
    }
    *pointer = at;
    return text_string(&step);
}
