/* SPDX-License-Identifier: Apache-2.0 */
/* The only file that knows libyaml: its events in, yaml_tree's calls out. */
#include "core/yaml.h"

#include "core/yaml_place.h"
#include "core/yaml_tree.h"

#include <yaml.h>

/*
 * A serveConfigV2 is part of an object that etcd takes up to 1.5 MiB of. Real ones have a few
 * hundred values on ten levels. At these limits a hostile text costs some 30 ms, most of it in
 * libyaml: about 0.3 µs an event, 10 ns a byte, and a step for each level that is open in a flow
 * collection.
 */
const struct yaml_limits yaml_default_limits = {.size = 1536 * 1024, .values = 50000, .depth = 256};

enum {
    GO_CHUNK = 512,      /* go-yaml's input_raw_buffer_size */
    MOST_DIRECTIVES = 16 /* libyaml compares each %TAG with all before */
};

struct reader {
    yaml_parser_t parser;
    struct bytes text;
    size_t given, room; /* bytes libyaml has; of its raw buffer */
    struct yaml_places places;
    struct yaml_tree tree;
    struct problem *problem;
};

/*
 * libyaml checks the characters of a whole chunk before it scans them. In go-yaml a chunk has 512
 * bytes, so that a control character far behind the first document's end is never seen: the same
 * chunks give the same verdict.
 */
static int give_chunk(void *data, unsigned char *buffer, size_t size, size_t *given)
{
    struct reader *reader = data;
    size_t left = reader->text.size - reader->given, waiting;

    if (!reader->room)
        reader->room = size;
    waiting = reader->room - size;
    *given = waiting < GO_CHUNK ? GO_CHUNK - waiting : 0;
    if (*given > left)
        *given = left;
    memcpy(buffer, reader->text.data + reader->given, *given);
    reader->given += *given;
    return 1;
}

static struct yaml_mark mark_of(struct reader *reader, yaml_mark_t mark)
{
    return yaml_place(&reader->places, mark.index, mark.line, mark.column);
}

static enum yaml_status refuse(struct reader *reader, enum yaml_status status,
                               struct yaml_mark mark, const char *message)
{
    problem_set(reader->problem, mark.line, mark.column, "%s", message);
    return status;
}

/* libyaml's words, where a reader of them would not know what to do. */
static const struct {
    const char *theirs, *ours;
} wording[] = {
    {"found character that cannot start any token",
     "a value can not begin with this character; put it in quotes"},
    {"mapping values are not allowed in this context",
     "mapping values are not allowed here: a second `: ` in one line, or the indentation is off"},
    {"did not find expected key",
     "a key of this mapping was expected here: the indentation is off, or quotes are missing"},
    {"did not find expected '-' indicator",
     "the next `- ` of this list was expected here: the indentation is off"},
    {"could not find expected ':'", "this key has no `:`"},
    {"found unexpected end of stream", "the text ends inside quotes"},
    {"did not find expected ',' or ']'", "`,` or `]` was expected here"},
    {"did not find expected ',' or '}'", "`,` or `}` was expected here"},
    {"block sequence entries are not allowed in this context",
     "a list can not begin here; put it on a line of its own"},
    {"found unknown escape character",
     "there is no such escape in double quotes; write \\\\ for a backslash, or use single quotes"},
    {"did not find expected whitespace or line break", "a blank is missing here"},
};

static const char *reword(const struct reader *reader)
{
    const char *problem = reader->parser.problem ? reader->parser.problem : "cannot be read";

    for (size_t i = 0; i < sizeof wording / sizeof *wording; i++)
        if (strcmp(problem, wording[i].theirs) == 0)
            return wording[i].ours;
    return problem;
}

static enum yaml_status parser_failed(struct reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    struct yaml_mark mark;

    if (parser->error == YAML_MEMORY_ERROR) {
        arena_exhaust(reader->tree.arena);
        return refuse(reader, YAML_NO_MEMORY, (struct yaml_mark){0, 0}, "out of memory");
    }
    if (parser->error == YAML_READER_ERROR) {
        mark = yaml_place_of_byte(&reader->places, parser->problem_offset);
        problem_set(reader->problem, mark.line, mark.column, "%s", reword(reader));
        return YAML_INVALID;
    }
    mark = mark_of(reader, parser->problem_mark);
    if (yaml_places_tab(&reader->places, mark))
        return refuse(reader, YAML_INVALID, mark, "a tab can not indent; use spaces");
    return refuse(reader, YAML_INVALID, mark, reword(reader));
}

static bool put_scalar(struct reader *reader, const yaml_event_t *event)
{
    const struct yaml_node node = {
        .mark = mark_of(reader, event->start_mark),
        .anchor = (const char *)event->data.scalar.anchor,
        .tag = (const char *)event->data.scalar.tag,
        .text = {(const char *)event->data.scalar.value, event->data.scalar.length},
        .plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE,
        .implicit = event->data.scalar.plain_implicit,
    };

    return yaml_tree_scalar(&reader->tree, &node);
}

static bool put_collection(struct reader *reader, enum yaml_kind kind, const yaml_event_t *event,
                           const yaml_char_t *anchor)
{
    const struct yaml_node node = {.mark = mark_of(reader, event->start_mark),
                                   .anchor = (const char *)anchor};

    return yaml_tree_open(&reader->tree, kind, &node);
}

static bool put_alias(struct reader *reader, const yaml_event_t *event)
{
    const struct yaml_node node = {.mark = mark_of(reader, event->start_mark),
                                   .anchor = (const char *)event->data.alias.anchor};

    return yaml_tree_alias(&reader->tree, &node);
}

/* libyaml takes 1.2 too. */
static bool check_version(struct reader *reader, const yaml_event_t *event)
{
    const yaml_version_directive_t *version = event->data.document_start.version_directive;

    if (!version || (version->major == 1 && version->minor == 1))
        return true;
    reader->tree.status = refuse(reader, YAML_INVALID, mark_of(reader, event->start_mark),
                                 "only %YAML 1.1 is read; drop the line");
    return false;
}

static bool put_event(struct reader *reader, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return put_scalar(reader, event);
    case YAML_ALIAS_EVENT:
        return put_alias(reader, event);
    case YAML_SEQUENCE_START_EVENT:
        return put_collection(reader, YAML_SEQUENCE, event, event->data.sequence_start.anchor);
    case YAML_MAPPING_START_EVENT:
        return put_collection(reader, YAML_MAPPING, event, event->data.mapping_start.anchor);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return yaml_tree_close(&reader->tree);
    case YAML_DOCUMENT_START_EVENT:
        return check_version(reader, event);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
    return true;
}

/* Up to the first document's end; what follows is not even parsed. */
static enum yaml_status read_events(struct reader *reader, size_t *end)
{
    yaml_event_t event;
    yaml_event_type_t type;
    bool good;

    do {
        if (!yaml_parser_parse(&reader->parser, &event))
            return parser_failed(reader);
        type = event.type;
        good = put_event(reader, &event);
        *end = event.end_mark.index;
        yaml_event_delete(&event);
        if (!good)
            return reader->tree.status;
    } while (type != YAML_DOCUMENT_END_EVENT && type != YAML_STREAM_END_EVENT);
    return YAML_OK;
}

static enum yaml_status read_document(struct reader *reader, struct yaml_document *ret)
{
    struct yaml_tree *tree = &reader->tree;
    enum yaml_status status;
    size_t end;

    status = read_events(reader, &end);
    if (status != YAML_OK)
        return status;
    if (!tree->root)
        tree->root = arena_alloc(tree->arena, sizeof *tree->root);
    if (!tree->root)
        return refuse(reader, YAML_NO_MEMORY, (struct yaml_mark){0, 0}, "out of memory");
    if (!yaml_tree_finish(tree))
        return tree->status;
    *ret = (struct yaml_document){.root = tree->root,
                                  .losses = tree->losses,
                                  .ignored_line = yaml_places_rest(&reader->places, end)};
    return YAML_OK;
}

enum yaml_status yaml_read(struct arena *arena, struct bytes text, const struct yaml_limits *limits,
                           struct yaml_document *ret, struct problem *problem)
{
    struct reader reader = {.text = text, .problem = problem};
    enum yaml_status status;

    if (text.size > limits->size) {
        problem_set(problem, 0, 0, "%zu bytes of YAML; at most %zu are read", text.size,
                    limits->size);
        return YAML_TOO_LARGE;
    }
    yaml_places_init(&reader.places, text);
    if (yaml_places_directives(&reader.places) > MOST_DIRECTIVES)
        return refuse(&reader, YAML_TOO_LARGE, (struct yaml_mark){1, 1}, "too many % directives");
    if (!yaml_tree_init(&reader.tree, arena, limits, problem))
        return YAML_NO_MEMORY;
    if (!yaml_parser_initialize(&reader.parser)) {
        arena_exhaust(arena);
        return refuse(&reader, YAML_NO_MEMORY, (struct yaml_mark){0, 0}, "out of memory");
    }
    yaml_parser_set_input(&reader.parser, give_chunk, &reader);
    status = read_document(&reader, ret);
    yaml_parser_delete(&reader.parser);
    return status;
}

const struct yaml_value *yaml_member(const struct yaml_value *mapping, const char *key)
{
    if (!mapping || mapping->kind != YAML_MAPPING)
        return NULL;
    for (const struct yaml_value *member = mapping->first; member; member = member->next)
        if (strcmp(member->key, key) == 0)
            return member;
    return NULL;
}
