/* SPDX-License-Identifier: Apache-2.0 */
/* Target functions: json_scan, json_parse, json_raw, json_write. */
#include "core/json.h"
#include "core/text.h"
#include "fuzz/fuzz.h"
#include "fuzz/must_parse.h"

static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

static struct bytes written(struct arena *arena, const struct json *value)
{
    struct text out = text_new(arena);

    json_write(&out, value);
    MUST(!arena_exhausted(arena));
    return text_bytes(&out);
}

static bool same(struct arena *arena, const struct json *a, const struct json *b)
{
    struct bytes one = written(arena, a), other = written(arena, b);

    return one.size == other.size && memcmp(one.data, other.data, one.size) == 0;
}

/* The bytes of each member and item are the member and the item. */
static void check_raw(struct arena *arena, struct bytes text, const struct json *container)
{
    static const struct path root = {0};
    bool object = json_kind(container) == JSON_OBJECT;
    size_t index = 0;

    /* Each look-up walks from the start: a few are enough. */
    for (const struct json *each = json_first(container); each && index < 20;
         each = json_next(each), index++) {
        struct bytes raw =
            json_raw(text, object ? PATH_KEY(&root, json_key(each)) : PATH_INDEX(&root, index));

        if (raw.size)
            MUST(same(arena, must_parse(arena, raw), each));
        else
            MUST(object && !is_ascii(json_key(each))); /* may be escaped, which nobody asks for */
    }
}

/* Written and read again it is the same. */
static void check_written(struct arena *arena, const struct json *value)
{
    MUST(same(arena, must_parse(arena, written(arena, value)), value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes text = {(const char *)data, size};
    struct arena *arena = arena_new((size_t)64 << 20);
    struct problem scan_problem = {0}, problem = {0};
    const struct json *value = NULL;
    enum json_status scanned = json_scan(text, &must_limits, &scan_problem);
    enum json_status parsed = json_parse(arena, text, &must_limits, &value, &problem);

    MUST((scanned == JSON_OK) == (scan_problem.message[0] == '\0'));
    MUST((parsed == JSON_OK) == (value != NULL));
    MUST(scanned == JSON_OK ? parsed == JSON_OK || parsed == JSON_INVALID : parsed == scanned);
    if (parsed == JSON_OK) {
        check_raw(arena, text, value);
        check_written(arena, value);
    }
    arena_free(arena);
    return 0;
}
