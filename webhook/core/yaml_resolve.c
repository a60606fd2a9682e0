/* SPDX-License-Identifier: Apache-2.0 */
#include "core/yaml_resolve.h"

#include "core/text.h"
#include "core/yaml_number.h"
#include "core/yaml_special.h"

#include <math.h>

enum { LONGEST_WORD = 5 };

/* yaml.v2's resolveMap; "<<" needs no row, it stays a string. */
static const struct word {
    char text[LONGEST_WORD + 1];
    enum yaml_type type;
    bool boolean;
    double number;
} words[] = {
    {"y", YAML_TYPE_BOOL, true, 0},
    {"Y", YAML_TYPE_BOOL, true, 0},
    {"yes", YAML_TYPE_BOOL, true, 0},
    {"Yes", YAML_TYPE_BOOL, true, 0},
    {"YES", YAML_TYPE_BOOL, true, 0},
    {"true", YAML_TYPE_BOOL, true, 0},
    {"True", YAML_TYPE_BOOL, true, 0},
    {"TRUE", YAML_TYPE_BOOL, true, 0},
    {"on", YAML_TYPE_BOOL, true, 0},
    {"On", YAML_TYPE_BOOL, true, 0},
    {"ON", YAML_TYPE_BOOL, true, 0},
    {"n", YAML_TYPE_BOOL, false, 0},
    {"N", YAML_TYPE_BOOL, false, 0},
    {"no", YAML_TYPE_BOOL, false, 0},
    {"No", YAML_TYPE_BOOL, false, 0},
    {"NO", YAML_TYPE_BOOL, false, 0},
    {"false", YAML_TYPE_BOOL, false, 0},
    {"False", YAML_TYPE_BOOL, false, 0},
    {"FALSE", YAML_TYPE_BOOL, false, 0},
    {"off", YAML_TYPE_BOOL, false, 0},
    {"Off", YAML_TYPE_BOOL, false, 0},
    {"OFF", YAML_TYPE_BOOL, false, 0},
    {"", YAML_TYPE_NULL, false, 0},
    {"~", YAML_TYPE_NULL, false, 0},
    {"null", YAML_TYPE_NULL, false, 0},
    {"Null", YAML_TYPE_NULL, false, 0},
    {"NULL", YAML_TYPE_NULL, false, 0},
    {".nan", YAML_TYPE_FLOAT, false, NAN},
    {".NaN", YAML_TYPE_FLOAT, false, NAN},
    {".NAN", YAML_TYPE_FLOAT, false, NAN},
    {".inf", YAML_TYPE_FLOAT, false, HUGE_VAL},
    {".Inf", YAML_TYPE_FLOAT, false, HUGE_VAL},
    {".INF", YAML_TYPE_FLOAT, false, HUGE_VAL},
    {"+.inf", YAML_TYPE_FLOAT, false, HUGE_VAL},
    {"+.Inf", YAML_TYPE_FLOAT, false, HUGE_VAL},
    {"+.INF", YAML_TYPE_FLOAT, false, HUGE_VAL},
    {"-.inf", YAML_TYPE_FLOAT, false, -HUGE_VAL},
    {"-.Inf", YAML_TYPE_FLOAT, false, -HUGE_VAL},
    {"-.INF", YAML_TYPE_FLOAT, false, -HUGE_VAL},
};

static bool read_word(struct bytes text, struct yaml_resolved *ret)
{
    if (text.size > LONGEST_WORD || (text.size && *text.data >= '0' && *text.data <= '9'))
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const struct word *word = &words[i];

        if (*word->text != *text.data || memcmp(word->text, text.data, text.size) != 0 ||
            word->text[text.size])
            continue;
        ret->type = word->type;
        ret->boolean = word->boolean;
        ret->number = word->number;
        return true;
    }
    return false;
}

/* Without the underscores; the text itself where there are none. */
static struct bytes strip(struct arena *arena, struct bytes text)
{
    char *copy;
    size_t size = 0;

    if (!memchr(text.data, '_', text.size))
        return text;
    copy = arena_take(arena, text.size + 1);
    if (!copy)
        return (struct bytes){"", 0};
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] != '_')
            copy[size++] = text.data[i];
    copy[size] = '\0';
    return (struct bytes){copy, size};
}

/* Whether the text is anything but a string depends on its first byte. */
static void resolve_plain(struct arena *arena, struct bytes text, struct yaml_resolved *ret)
{
    struct bytes stripped;

    if (text.size && (!*text.data || !strchr("+-.0123456789yYnNtTfFoO~", *text.data)))
        return;
    if (read_word(text, ret) || !strchr("+-.0123456789", *text.data))
        return;
    if (*text.data == '.' && !yaml_underscores_separate(text))
        return;
    stripped = strip(arena, text);
    if (*text.data != '.' && yaml_read_integer(stripped, ret))
        return;
    if (!yaml_read_float(stripped, ret))
        (void)yaml_read_signed_binary(stripped, ret);
}

static const char *const type_names[YAML_TYPE_STRING + 1] = {
    [YAML_TYPE_NULL] = "null", [YAML_TYPE_BOOL] = "bool",   [YAML_TYPE_INT] = "int",
    [YAML_TYPE_UINT] = "int",  [YAML_TYPE_FLOAT] = "float",
};

/* An int is taken for a !!float, if it is not too large. */
static bool has_type(struct yaml_resolved *resolved, const char *name)
{
    const char *is = type_names[resolved->type];

    if (resolved->type == YAML_TYPE_INT && strcmp(name, type_names[YAML_TYPE_FLOAT]) == 0) {
        resolved->type = YAML_TYPE_FLOAT;
        return true;
    }
    return is && strcmp(is, name) == 0;
}

static const char *resolve_tagged(struct arena *arena, const char *tag, struct bytes text,
                                  struct yaml_resolved *ret)
{
    size_t type = 0;

    if (strcmp(tag, "binary") == 0)
        return yaml_decode_binary(arena, text, &ret->text) ? NULL
                                                           : "is tagged !!binary but is not base64";
    if (strcmp(tag, "timestamp") == 0)
        return yaml_is_timestamp(text) ? NULL : "is tagged !!timestamp but is not one";
    while (type < YAML_TYPE_STRING && strcmp(tag, type_names[type]) != 0)
        type++;
    if (type == YAML_TYPE_STRING)
        return NULL; /* !!str, and tags that yaml.v2 does not know: the text as it is */
    resolve_plain(arena, text, ret);
    return has_type(ret, tag) ? NULL : arena_printf(arena, "is tagged !!%s but is not one", tag);
}

const char *yaml_resolve(struct arena *arena, const char *tag, bool implicit, struct bytes text,
                         struct yaml_resolved *ret)
{
    static const char prefix[] = "tag:yaml.org,2002:";

    *ret = (struct yaml_resolved){.type = YAML_TYPE_STRING, .text = text};
    if (!tag && implicit)
        resolve_plain(arena, text, ret);
    if (!tag || strncmp(tag, prefix, sizeof prefix - 1) != 0)
        return NULL;
    return resolve_tagged(arena, tag + sizeof prefix - 1, text, ret);
}

static const char *without_nul(struct arena *arena, struct bytes text)
{
    struct text shown = text_new(arena);

    if (!memchr(text.data, '\0', text.size))
        return text.data;
    for (size_t i = 0; i < text.size; i++)
        text_put(&shown, text.data[i] ? (struct bytes){text.data + i, 1} : BYTES("\xe2\x90\x80"));
    return text_string(&shown);
}

const char *yaml_key_text(struct arena *arena, const struct yaml_resolved *resolved)
{
    char number[YAML_NUMBER_SIZE];

    switch (resolved->type) {
    case YAML_TYPE_STRING:
        return without_nul(arena, resolved->text);
    case YAML_TYPE_BOOL:
        return resolved->boolean ? "true" : "false";
    case YAML_TYPE_INT:
        return arena_printf(arena, "%lld", (long long)resolved->integer);
    case YAML_TYPE_FLOAT:
        if (isnan(resolved->number))
            return ".nan";
        if (isinf((float)resolved->number))
            return resolved->number > 0 ? ".inf" : "-.inf";
        yaml_format_number(resolved->number, 32, -4, 6, number);
        return arena_copy(arena, bytes_of(number));
    case YAML_TYPE_UINT:
    case YAML_TYPE_NULL:
        break;
    }
    return NULL;
}
