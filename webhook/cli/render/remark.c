/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/render/remark.h"

#include "admission/answer.h"
#include "cli/manifest/locate.h"
#include "core/plain.h"

static unsigned characters(struct bytes text)
{
    unsigned count = 0;

    for (size_t i = 0; i < text.size; i++)
        count += ((unsigned char)text.data[i] & 0xc0) != 0x80;
    return count;
}

/* Where the line begins in the manifest's text; NULL: the text has fewer lines. */
static const char *line_start(const struct manifest *manifest, unsigned line)
{
    const char *at = manifest->text.data, *end = at + manifest->text.size;

    for (unsigned i = manifest->first_line; i < line && at; i++) {
        at = memchr(at, '\n', (size_t)(end - at));
        at = at ? at + 1 : NULL;
    }
    return at;
}

static unsigned characters_before(const struct manifest *manifest, struct place place)
{
    const char *start = line_start(manifest, place.line);
    const char *end = manifest->text.data + manifest->text.size;
    size_t bytes = place.column - 1;

    if (!start)
        return place.column - 1;
    if (bytes > (size_t)(end - start))
        bytes = (size_t)(end - start);
    return characters((struct bytes){start, bytes});
}

static const char *sentence(struct arena *arena, const struct finding *finding)
{
    struct text out = text_new(arena), plain = text_new(arena);

    answer_sentence(&out, finding);
    text_plain(&plain, text_bytes(&out), out.size);
    return text_string(&plain);
}

struct remark remark_of(struct arena *arena, const struct outcome *outcome,
                        const struct finding *finding)
{
    struct place place = locate(arena, outcome->manifest, finding);

    return (struct remark){.text = sentence(arena, finding),
                           .line = place.line,
                           .column = characters_before(outcome->manifest, place) + 1,
                           .deny = finding->level == LEVEL_DENY};
}

const char *remark_file(struct arena *arena, const char *file)
{
    struct text plain = text_new(arena);

    text_plain(&plain, bytes_of(file), strlen(file));
    return text_string(&plain);
}
