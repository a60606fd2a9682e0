/* SPDX-License-Identifier: Apache-2.0 */
/* Target functions: yaml_read, yaml_write_json. */
#include "core/json.h"
#include "core/yaml.h"
#include "fuzz/fuzz.h"

static enum yaml_status read_text(struct arena *arena, struct bytes text,
                                  struct yaml_document *document)
{
    struct problem problem = {.message = ""};
    enum yaml_status status = yaml_read(arena, text, &yaml_default_limits, document, &problem);

    MUST((status == YAML_NO_MEMORY) == arena_exhausted(arena));
    MUST((status == YAML_OK) == (problem.message[0] == '\0'));
    MUST(status != YAML_INVALID || (problem.line && problem.column));
    return status;
}

static struct bytes written(struct arena *arena, const struct yaml_value *value)
{
    struct text out = text_new(arena);

    yaml_write_json(&out, value);
    MUST(!arena_exhausted(arena));
    return text_bytes(&out);
}

static bool same(struct bytes a, struct bytes b)
{
    return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

static size_t offset_of(struct bytes text, unsigned line, unsigned column)
{
    size_t at = 0;

    for (; line > 1 && at < text.size; at++)
        line -= text.data[at] == '\n';
    return at + column - 1;
}

/* Where the lines are plain: a plain scalar stands where it says. */
static void check_place(struct bytes text, const struct yaml_value *value)
{
    size_t at = offset_of(text, value->line, value->column);

    MUST(value->line && value->column && at <= text.size);
    if (value->plain && value->text.size && value->text.data[0] != '\n' && at < text.size)
        MUST(strchr("&*", text.data[at]) || text.data[at] == value->text.data[0]);
}

static void check_key(const struct yaml_value *container, const struct yaml_value *child)
{
    MUST((container->kind == YAML_MAPPING) == (child->key != NULL));
    MUST(!child->key || child != container->first || yaml_member(container, child->key) == child);
}

static void check_tree(struct bytes text, const struct yaml_value *value, bool places,
                       unsigned depth)
{
    size_t count = 0;

    MUST(depth <= yaml_default_limits.depth);
    if (places)
        check_place(text, value);
    for (const struct yaml_value *child = value->first; child; child = child->next) {
        check_key(value, child);
        check_tree(text, child, places && count < 20, depth + 1);
        count++;
    }
    MUST(count == value->count);
}

static bool has_plain_lines(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] != '\n' && text.data[i] != '\t' &&
            (text.data[i] < 0x20 || text.data[i] > 0x7e))
            return false;
    return text.size < 4096;
}

/* JSON is YAML, where it has no characters that YAML refuses, and no key is longer than 1024. */
static void check_json(struct arena *arena, const struct yaml_value *root)
{
    static const struct json_limits limits = {.depth = 300, .values = 60000};
    struct bytes json = written(arena, root), again;
    struct yaml_document document;
    struct problem problem = {.message = ""};

    MUST(json_scan(json, &limits, &problem) == JSON_OK || strstr(problem.message, "\\u0000"));
    if (json.size > 1000 || !has_plain_lines(json))
        return;
    MUST(read_text(arena, json, &document) == YAML_OK);
    again = written(arena, document.root);
    MUST(same(json, again));
}

static void check_determinism(struct arena *arena, struct bytes text, enum yaml_status status,
                              const struct yaml_document *document)
{
    struct arena *other = arena_new((size_t)256 << 20);
    struct yaml_document second;

    MUST(read_text(other, text, &second) == status);
    if (status == YAML_OK)
        MUST(same(written(arena, document->root), written(other, second.root)));
    arena_free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes text = {(const char *)data, size};
    struct arena *arena = arena_new((size_t)256 << 20);
    struct yaml_document document;
    enum yaml_status status = read_text(arena, text, &document);

    check_determinism(arena, text, status, &document);
    if (status == YAML_OK) {
        check_tree(text, document.root, has_plain_lines(text), 0);
        check_json(arena, document.root);
    }
    arena_free(arena);
    return 0;
}
