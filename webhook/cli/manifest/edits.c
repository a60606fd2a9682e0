/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/manifest/edits.h"

void edits_add(struct arena *arena, struct edits *edits, struct edit edit)
{
    struct edit *copy = arena_alloc(arena, sizeof *copy), **place = &edits->first;

    if (!copy)
        return;
    while (*place && (*place)->at <= edit.at)
        place = &(*place)->next;
    *copy = edit;
    copy->next = *place;
    *place = copy;
}

bool edits_apply(struct arena *arena, const struct edits *edits, struct bytes text,
                 struct bytes *ret)
{
    struct text out = text_new(arena);
    size_t done = 0;

    for (const struct edit *each = edits->first; each; each = each->next) {
        if (each->at < done || each->at > text.size || each->removed > text.size - each->at)
            return false;
        text_put(&out, (struct bytes){text.data + done, each->at - done});
        text_put(&out, each->put);
        done = each->at + each->removed;
    }
    text_put(&out, (struct bytes){text.data + done, text.size - done});
    *ret = text_bytes(&out);
    return !arena_exhausted(arena);
}
