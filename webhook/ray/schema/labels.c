/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Label selectors (ray/_private/label_utils.py): `key: value`, `!value`, `in(a, b)`, `!in(a)`.
 * Looked at from 2.54 when the application deploys, from 2.59 by the schema.
 */
#include "ray/schema/table.h"

enum { LABEL_MAX = 63, PREFIX_MAX = 253 };

static bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_label_character(char c)
{
    return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
}

static bool is_label(struct bytes text)
{
    if (!text.size || text.size > LABEL_MAX || !is_alphanumeric(text.data[0]) ||
        !is_alphanumeric(text.data[text.size - 1]))
        return false;
    for (size_t i = 0; i < text.size; i++)
        if (!is_label_character(text.data[i]))
            return false;
    return true;
}

/* Notes where a label that starts here may end. */
static void note_ends(struct bytes text, size_t start, bool *ends)
{
    if (start == text.size || !is_alphanumeric(text.data[start]))
        return;
    for (size_t at = start; at < text.size && at - start < LABEL_MAX; at++) {
        if (!is_label_character(text.data[at]))
            return;
        ends[at + 1] |= is_alphanumeric(text.data[at]);
    }
}

/*
 * Ray's expression is labels with dots between them, each of which may be empty, and labels may
 * have dots in them as well: so every way to cut is tried.
 */
static bool is_prefix(struct bytes text)
{
    bool ends[PREFIX_MAX + 1] = {false}; /* a label may end before this character */

    if (text.size > PREFIX_MAX)
        return false;
    for (size_t start = 0; start <= text.size; start++) {
        if (start && (text.data[start - 1] != '.' || !ends[start - 1]))
            continue;
        ends[start] = true;
        note_ends(text, start, ends);
    }
    return ends[text.size];
}

static const char *key_problem(struct bytes key)
{
    const char *slash = memrchr(key.data, '/', key.size);
    size_t prefix = slash ? (size_t)(slash - key.data) : 0;
    struct bytes name = {key.data + (slash ? prefix + 1 : 0), key.size - (slash ? prefix + 1 : 0)};

    if (slash && !is_prefix((struct bytes){key.data, prefix}))
        return "DNS labels before the slash of a label";
    return is_label(name) ? NULL : "at most 63 letters, digits and -_. in a label";
}

/* `a, b)`: what follows the bracket. */
static bool is_list(struct bytes text)
{
    while (text.size) {
        size_t size = 0;

        while (size < text.size && is_label_character(text.data[size]))
            size++;
        if (size == text.size || !is_label((struct bytes){text.data, size}))
            return false;
        if (text.data[size] == ')')
            return size + 1 == text.size;
        if (text.data[size] != ',')
            return false;
        size += size + 1 < text.size && text.data[size + 1] == ' ' ? 2 : 1;
        text.data += size;
        text.size -= size;
    }
    return false;
}

static bool is_value(struct bytes text)
{
    size_t skip = text.size && text.data[0] == '!';

    if (!text.size)
        return true;
    text.data += skip;
    text.size -= skip;
    if (is_label(text))
        return true;
    skip = text.size >= 2 && memcmp(text.data, "in", 2) == 0 ? 2 : 0;
    if (text.size <= skip || text.data[skip] != '(')
        return false;
    return is_list((struct bytes){text.data + skip + 1, text.size - skip - 1});
}

const char *ray_label_problem(struct arena *arena, const struct yaml_value *selector, bool typed,
                              const struct yaml_value **ret)
{
    for (const struct yaml_value *member = selector->first; member; member = member->next) {
        const char *problem = key_problem(bytes_of(member->key));
        struct bytes text = member->text;

        *ret = member;
        if (problem)
            return problem;
        if (member->kind == YAML_NULL)
            continue;
        if (typed)
            text = ray_read_text(arena, member).text;
        else if (member->kind != YAML_STRING)
            return "text for a label's value";
        if (!is_value(text))
            return "value, !value, in(a, b) or !in(a, b) for a label";
    }
    return NULL;
}

uint64_t ray_rule_label_selector(struct ray_check *check, const struct ray_place *place)
{
    uint64_t early = place->releases & ray_releases(259, 0), late = place->releases & ~early;
    const struct yaml_value *mapping = ray_read_mapping(check->arena, place->value), *member;
    const char *problem = mapping ? ray_label_problem(check->arena, mapping, true, &member) : NULL;
    struct path at;

    if (!problem)
        return 0;
    at = ray_path_to(place->at, member, 0);
    ray_fault(check, check->stage, early, &at, "write it like a Kubernetes label", "wants %s",
              problem);
    ray_fault(check, RAY_STAGE_DEPLOY, late, &at, "write it like a Kubernetes label", "wants %s",
              problem);
    return early;
}
