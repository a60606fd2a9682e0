/* SPDX-License-Identifier: Apache-2.0 */
#include "core/yaml_dialect.h"

#include "core/yaml_place.h"

#include <stdio.h>

enum {
    MOST_AGAIN = 16,             /* a person's text needs one or two */
    MOST_AGAIN_SIZE = 64 * 1024, /* so that reading it again and again stays cheap */
    MOST_CANDIDATES = 32
};

static bool holds(struct bytes text, const char *what)
{
    return memmem(text.data, text.size, what, strlen(what)) != NULL;
}

/* UTF-8 of a character below U+10000. */
static void encode(unsigned character, char ret[4])
{
    size_t size = 0;

    if (character < 0x80) {
        ret[size++] = (char)character;
    } else if (character < 0x800) {
        ret[size++] = (char)(0xc0 | character >> 6);
        ret[size++] = (char)(0x80 | (character & 0x3f));
    } else {
        ret[size++] = (char)(0xe0 | character >> 12);
        ret[size++] = (char)(0x80 | (character >> 6 & 0x3f));
        ret[size++] = (char)(0x80 | (character & 0x3f));
    }
    ret[size] = '\0';
}

/* A character that the text has neither as such nor as an escape: its code is all digits. */
static bool is_free(const struct yaml_dialect *dialect, unsigned character, char ret[4])
{
    char code[8], encoded[4];

    encode(character, encoded);
    (void)snprintf(code, sizeof code, "%x", character);
    if (strpbrk(code, "abcdef") || holds(dialect->text, encoded) || holds(dialect->text, code) ||
        strcmp(encoded, dialect->slash) == 0 || strcmp(encoded, dialect->colon) == 0)
        return false;
    memcpy(ret, encoded, sizeof encoded);
    return true;
}

/* Of one byte: letters that no escape begins with, and that a plain scalar may hold anywhere. */
static bool find_letter(const struct yaml_dialect *dialect, char ret[4])
{
    static const char letters[] = "QXVYWRSTDHGFCIABwyqghksdic";

    for (const char *letter = letters; *letter; letter++)
        if (is_free(dialect, (unsigned char)*letter, ret))
            return true;
    return false;
}

static bool find_character(const struct yaml_dialect *dialect, unsigned first, char ret[4])
{
    for (unsigned i = 0; i < MOST_CANDIDATES; i++)
        if (is_free(dialect, first + i, ret))
            return true;
    return false;
}

static bool own_copy(struct yaml_dialect *dialect)
{
    if (dialect->copy)
        return true;
    dialect->copy = arena_take(dialect->arena, dialect->text.size + 1);
    if (!dialect->copy)
        return false;
    memcpy(dialect->copy, dialect->text.data, dialect->text.size);
    dialect->text.data = dialect->copy;
    return true;
}

/* A slash behind an odd number of backslashes: an escape, if this is a double-quoted scalar. */
static bool is_escaped(struct bytes text, size_t at)
{
    size_t backslashes = 0;

    while (backslashes < at && text.data[at - backslashes - 1] == '\\')
        backslashes++;
    return backslashes % 2 == 1;
}

static bool replace_slashes(struct yaml_dialect *dialect)
{
    if (!memchr(dialect->text.data, '\\', dialect->text.size) || !holds(dialect->text, "\\/"))
        return true;
    if (!find_letter(dialect, dialect->slash) || !own_copy(dialect))
        return false;
    for (size_t i = 1; i < dialect->text.size; i++)
        if (dialect->copy[i] == '/' && is_escaped(dialect->text, i))
            dialect->copy[i] = dialect->slash[0];
    return true;
}

static bool replace_marks(struct yaml_dialect *dialect)
{
    static const char bom[] = "\xef\xbb\xbf";
    struct bytes rest = dialect->text;

    if (rest.size < 4 || !memchr(rest.data + 1, 0xef, rest.size - 1) ||
        !holds((struct bytes){rest.data + 1, rest.size - 1}, bom))
        return true;
    if (!find_character(dialect, 0x5000, dialect->mark) || !own_copy(dialect))
        return false;
    for (size_t i = 1; i + 2 < dialect->text.size; i++)
        if (memcmp(dialect->copy + i, bom, 3) == 0)
            memcpy(dialect->copy + i, dialect->mark, 3);
    return true;
}

bool yaml_dialect_init(struct yaml_dialect *dialect, struct arena *arena, struct bytes text)
{
    *dialect = (struct yaml_dialect){.arena = arena, .text = text};
    return replace_slashes(dialect) && replace_marks(dialect);
}

static bool may_change(const struct yaml_dialect *dialect)
{
    return dialect->again < MOST_AGAIN && dialect->text.size <= MOST_AGAIN_SIZE;
}

static enum yaml_dialect_verdict change(struct yaml_dialect *dialect, size_t offset,
                                        const char *stand_in)
{
    if (!may_change(dialect) || !own_copy(dialect))
        return YAML_DIALECT_GIVES_UP;
    dialect->again++;
    memcpy(dialect->copy + offset, stand_in, strlen(stand_in));
    return YAML_DIALECT_AGAIN;
}

static enum yaml_dialect_verdict change_quote(struct yaml_dialect *dialect, size_t offset)
{
    if (!may_change(dialect) ||
        (!*dialect->quote && !find_character(dialect, 0x500, dialect->quote)))
        return YAML_DIALECT_GIVES_UP;
    return change(dialect, offset, dialect->quote);
}

static enum yaml_dialect_verdict change_colon(struct yaml_dialect *dialect, size_t offset)
{
    if (!may_change(dialect) || (!*dialect->colon && !find_letter(dialect, dialect->colon)))
        return YAML_DIALECT_GIVES_UP;
    return change(dialect, offset, dialect->colon);
}

enum yaml_dialect_verdict yaml_dialect_refused(struct yaml_dialect *dialect, const char *problem,
                                               size_t offset)
{
    struct bytes here = {dialect->text.data + offset, dialect->text.size - offset};

    if (strcmp(problem, "found unknown escape character") == 0 && here.size > 1 &&
        here.data[1] == '\'')
        return change_quote(dialect, offset);
    if (strcmp(problem, "found unexpected ':'") == 0 && here.size)
        return change_colon(dialect, offset);
    if ((strcmp(problem, "did not find expected whitespace or line break") == 0 ||
         strcmp(problem, "did not find expected tag URI") == 0) &&
        here.size && strchr(",[]", *here.data))
        return change(dialect, offset, "~");
    return YAML_DIALECT_REFUSES;
}

/* To the next token: over blanks, line breaks and comments. */
static size_t skip_space(struct bytes text, size_t at)
{
    while (at < text.size) {
        size_t size = yaml_line_break(text, at);

        if (text.data[at] == '#')
            at = yaml_line_end(text, at);
        else if (text.data[at] == ' ' || text.data[at] == '\t')
            at++;
        else if (size)
            at += size;
        else
            break;
    }
    return at;
}

/* Over what tags and names of anchors are made of. */
static size_t skip_word(struct bytes text, size_t at)
{
    while (at < text.size && text.data[at] > ' ' && text.data[at] < 0x7f && text.data[at] != ',')
        at++;
    return at;
}

enum yaml_dialect_verdict yaml_dialect_tag(struct yaml_dialect *dialect, size_t offset)
{
    struct bytes text = dialect->text;
    const char *end;
    bool verbatim;

    if (offset < text.size && text.data[offset] == '&')
        offset = skip_space(text, skip_word(text, offset));
    if (offset >= text.size || text.data[offset] != '!')
        return YAML_DIALECT_AGREES;
    verbatim = offset + 1 < text.size && text.data[offset + 1] == '<';
    end = verbatim ? memchr(text.data + offset, '>', text.size - offset) : NULL;
    offset = end ? (size_t)(end - text.data) + 1 : skip_word(text, offset);
    if (offset >= text.size || text.data[offset] != ',')
        return YAML_DIALECT_AGREES;
    return verbatim ? YAML_DIALECT_REFUSES : change(dialect, offset, "~");
}

/* What the text's first bytes stand for, and how many they are; NULL: nothing else. */
static const char *original_of(const struct yaml_dialect *dialect, struct bytes text, size_t *size)
{
    const struct {
        const char *stand_in, *original;
    } replaced[] = {{dialect->slash, "/"},
                    {dialect->colon, ":"},
                    {dialect->quote, "'"},
                    {dialect->mark, "\xef\xbb\xbf"}};

    for (size_t i = 0; i < sizeof replaced / sizeof *replaced; i++) {
        *size = strlen(replaced[i].stand_in);
        if (*size && *size <= text.size && memcmp(text.data, replaced[i].stand_in, *size) == 0)
            return replaced[i].original;
    }
    return NULL;
}

struct bytes yaml_dialect_restore(const struct yaml_dialect *dialect, struct bytes text)
{
    char *copy = arena_take(dialect->arena, text.size + 1);
    size_t size = 0, taken;

    if (!copy)
        return text;
    for (size_t at = 0; at < text.size; at += taken) {
        struct bytes rest = {text.data + at, text.size - at};
        const char *original = original_of(dialect, rest, &taken);

        if (!original)
            taken = 1;
        memcpy(copy + size, original ? original : rest.data, original ? strlen(original) : 1);
        size += original ? strlen(original) : 1;
    }
    copy[size] = '\0';
    return (struct bytes){copy, size};
}

bool yaml_dialect_is_empty(const struct yaml_dialect *dialect, size_t offset)
{
    struct bytes text = dialect->text;
    size_t open = skip_space(text, offset), close = skip_space(text, open + 1);

    return close < text.size && ((text.data[open] == '{' && text.data[close] == '}') ||
                                 (text.data[open] == '[' && text.data[close] == ']'));
}

static size_t digits_at(struct bytes text, size_t at)
{
    size_t end = at;

    while (end < text.size && text.data[end] >= '0' && text.data[end] <= '9')
        end++;
    return end - at;
}

static bool is_directive(struct bytes text, size_t at, const char *name)
{
    return text.size - at >= strlen(name) && memcmp(text.data + at, name, strlen(name)) == 0;
}

size_t yaml_dialect_skip_tags(const struct yaml_dialect *dialect, size_t offset)
{
    struct bytes text = dialect->text;
    size_t at = skip_space(text, offset);

    while (is_directive(text, at, "%TAG"))
        at = skip_space(text, yaml_line_end(text, at));
    return at;
}

bool yaml_dialect_odd_version(const struct yaml_dialect *dialect, size_t offset)
{
    struct bytes text = dialect->text;
    size_t at = skip_space(text, offset), major;

    if (!is_directive(text, at, "%YAML"))
        return false;
    at = skip_space(text, at + 5);
    major = digits_at(text, at);
    return major > 2 || (at + major < text.size && digits_at(text, at + major + 1) > 2);
}
