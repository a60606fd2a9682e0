/* SPDX-License-Identifier: Apache-2.0 */
#include "core/yaml_place.h"

#include <stdint.h>

static bool begins_with(struct bytes text, const char *prefix)
{
    return text.size >= strlen(prefix) && memcmp(text.data, prefix, strlen(prefix)) == 0;
}

/* Eight bytes at a time. */
static bool is_narrow(struct bytes text)
{
    uint64_t any = 0, word;
    size_t at = 0;

    for (; text.size - at >= sizeof word; at += sizeof word) {
        memcpy(&word, text.data + at, sizeof word);
        any |= word;
    }
    for (; at < text.size; at++)
        any |= (uint64_t)(unsigned char)text.data[at];
    return (any & UINT64_C(0x8080808080808080)) == 0;
}

void yaml_places_init(struct yaml_places *places, struct bytes text)
{
    *places = (struct yaml_places){
        .text = text,
        .narrow = is_narrow(text),
        .wide = begins_with(text, "\xff\xfe") || begins_with(text, "\xfe\xff"),
        .start = begins_with(text, "\xef\xbb\xbf") ? 3 : 0,
    };
    places->offset = places->start;
}

static bool continues(const struct yaml_places *places, size_t offset)
{
    return offset < places->text.size && ((unsigned char)places->text.data[offset] & 0xc0) == 0x80;
}

/* Walks from the character that was asked for last. */
size_t yaml_place_byte(struct yaml_places *places, size_t index)
{
    if (places->narrow)
        return index < places->text.size ? index : places->text.size;
    while (places->index < index && places->offset < places->text.size) {
        places->offset++;
        while (continues(places, places->offset))
            places->offset++;
        places->index++;
    }
    while (places->index > index && places->offset > places->start) {
        places->offset--;
        while (continues(places, places->offset))
            places->offset--;
        places->index--;
    }
    return places->offset;
}

struct yaml_mark yaml_place(struct yaml_places *places, size_t index, size_t line, size_t column)
{
    size_t start, end;

    if (places->narrow || places->wide)
        return (struct yaml_mark){(unsigned)line + 1, (unsigned)column + 1};
    start = line ? yaml_place_byte(places, index - column) : 0;
    end = yaml_place_byte(places, index);
    return (struct yaml_mark){(unsigned)line + 1, (unsigned)(end - start) + 1};
}

size_t yaml_line_break(struct bytes text, size_t at)
{
    struct bytes rest = {text.data + at, text.size - at};

    switch (*rest.data) {
    case '\n':
        return 1;
    case '\r':
        return rest.size > 1 && rest.data[1] == '\n' ? 2 : 1;
    case '\xc2':
        return begins_with(rest, "\xc2\x85") ? 2 : 0;
    case '\xe2':
        return begins_with(rest, "\xe2\x80\xa8") || begins_with(rest, "\xe2\x80\xa9") ? 3 : 0;
    default:
        return 0;
    }
}

struct yaml_mark yaml_place_of_byte(const struct yaml_places *places, size_t offset)
{
    struct yaml_mark mark = {1, 1};

    for (size_t i = 0; i < offset && i < places->text.size;) {
        size_t size = yaml_line_break(places->text, i);

        mark.column++;
        if (size)
            mark = (struct yaml_mark){mark.line + 1, 1};
        i += size ? size : 1;
    }
    return mark;
}

size_t yaml_line_end(struct bytes text, size_t at)
{
    while (at < text.size && !yaml_line_break(text, at))
        at++;
    return at;
}

static size_t skip_line(struct bytes text, size_t at)
{
    at = yaml_line_end(text, at);
    return at < text.size ? at + yaml_line_break(text, at) : at;
}

static size_t skip_blanks(struct bytes text, size_t at)
{
    while (at < text.size && (text.data[at] == ' ' || text.data[at] == '\t'))
        at++;
    return at;
}

bool yaml_places_many_directives(const struct yaml_places *places, size_t most)
{
    struct bytes text = places->text;
    size_t count = 0;

    for (size_t at = places->start; at < text.size && count <= most;) {
        size_t begin = skip_blanks(text, at);

        if (begin < text.size && text.data[begin] == '%')
            count++;
        else if (begin < text.size && text.data[begin] != '#' && !yaml_line_break(text, begin))
            break;
        at = skip_line(text, begin);
    }
    return count > most;
}

static bool is_marker(struct bytes text, size_t at, const char *marker)
{
    struct bytes rest = {text.data + at, text.size - at};

    return begins_with(rest, marker) && (rest.size == 3 || rest.data[3] == ' ' ||
                                         rest.data[3] == '\t' || yaml_line_break(rest, 3));
}

/* Behind a `---` or `...` at the start of a line; remembers where the last `---` was. */
static size_t skip_marker(struct bytes text, size_t at, size_t *start)
{
    if (is_marker(text, at, "---"))
        *start = at;
    else if (!is_marker(text, at, "..."))
        return at;
    return at + 3;
}

unsigned yaml_places_rest(struct yaml_places *places, size_t index)
{
    struct bytes text = places->text;
    size_t at = places->wide ? text.size : yaml_place_byte(places, index), start = text.size;
    bool new_line = at == 0 || yaml_line_break(text, at - 1);

    for (; at < text.size; at = skip_line(text, at), new_line = true) {
        if (new_line)
            at = skip_marker(text, at, &start);
        at = skip_blanks(text, at);
        if (at < text.size && text.data[at] != '#' && !yaml_line_break(text, at))
            return yaml_place_of_byte(places, start < at ? start : at).line;
    }
    return 0;
}
