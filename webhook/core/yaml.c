/* SPDX-License-Identifier: Apache-2.0 */
/* The only file that knows libyaml: its events in, yaml_tree's calls out. */
#include "core/yaml.h"

#include "core/yaml_dialect.h"
#include "core/yaml_place.h"
#include "core/yaml_tree.h"
#include "core/yaml_wording.h"

#include <yaml.h>

/*
 * A serveConfigV2 is part of an object that etcd takes up to 1.5 MiB of. Real ones have a few
 * hundred values on ten levels; Ray itself gives up somewhere below 1000 levels.
 */
const struct yaml_limits yaml_default_limits = {.size = 1536 * 1024, .values = 50000, .depth = 256};

enum {
    GO_CHUNK = 512,       /* go-yaml's input_raw_buffer_size */
    MOST_DIRECTIVES = 16, /* libyaml compares each %TAG with all before */
    MEAN_FLOW = 60 /* levels of flow collections, over all values: each costs at each token */
};

struct reader {
    yaml_parser_t parser;
    struct yaml_dialect dialect;
    size_t given, room; /* bytes libyaml has; of its raw buffer */
    struct yaml_places places;
    struct yaml_tree tree;
    struct problem *problem;
    unsigned flow; /* open flow collections */
    size_t flow_steps;
    size_t end; /* of the last event, in characters */
    bool again; /* the dialect has changed the text */
    bool done;  /* for go-yaml the document ends here */
};

/*
 * libyaml checks the characters of a whole chunk before it scans them. In go-yaml a chunk has 512
 * bytes, so that a control character far behind the first document's end is never seen: the same
 * chunks give the same verdict.
 */
static int give_chunk(void *data, unsigned char *buffer, size_t size, size_t *given)
{
    struct reader *reader = data;
    struct bytes text = reader->dialect.text;
    size_t left = text.size - reader->given, waiting;

    if (!reader->room)
        reader->room = size;
    waiting = reader->room - size;
    *given = waiting < GO_CHUNK ? GO_CHUNK - waiting : 0;
    if (*given > left)
        *given = left;
    memcpy(buffer, text.data + reader->given, *given);
    reader->given += *given;
    return 1;
}

static struct yaml_mark mark_of(struct reader *reader, yaml_mark_t mark)
{
    return yaml_place(&reader->places, mark.index, mark.line, mark.column);
}

static bool fail(struct reader *reader, enum yaml_status status, struct yaml_mark mark,
                 const char *message)
{
    problem_set(reader->problem, mark.line, mark.column, "%s", message);
    reader->tree.status = status;
    return false;
}

static bool no_memory(struct reader *reader)
{
    arena_exhaust(reader->tree.arena);
    return fail(reader, YAML_NO_MEMORY, (struct yaml_mark){0, 0}, "out of memory");
}

static bool obey(struct reader *reader, enum yaml_dialect_verdict verdict, struct yaml_mark mark,
                 const char *message)
{
    switch (verdict) {
    case YAML_DIALECT_AGREES:
        return true;
    case YAML_DIALECT_REFUSES:
        return fail(reader, YAML_INVALID, mark, message);
    case YAML_DIALECT_AGAIN:
        reader->again = true;
        return false;
    case YAML_DIALECT_GIVES_UP:
        break;
    }
    if (arena_exhausted(reader->tree.arena))
        return no_memory(reader);
    return fail(reader, YAML_TOO_LARGE, mark, "too much of this needs quotes to be read");
}

/*
 * go-yaml forgets that `{}` and `[]` may be keys, so behind the document's end it looks no further
 * than these, and does not see what libyaml stumbles over.
 */
static bool is_unseen(struct reader *reader)
{
    return reader->tree.root && !reader->tree.depth &&
           yaml_dialect_is_empty(&reader->dialect, yaml_place_byte(&reader->places, reader->end));
}

static bool explain(struct reader *reader, struct yaml_mark at, size_t offset)
{
    const yaml_parser_t *parser = &reader->parser;
    struct bytes text = reader->dialect.text;
    struct yaml_complaint complaint = {.problem = parser->problem, .at = at};

    if (offset < text.size)
        complaint.next = text.data[offset];
    if (offset <= text.size && offset >= at.column - 1)
        complaint.before = (struct bytes){text.data + offset - (at.column - 1), at.column - 1};
    if (parser->context)
        complaint.since = mark_of(reader, parser->context_mark);
    yaml_explain(reader->problem, &complaint);
    reader->tree.status = YAML_INVALID;
    return false;
}

static bool parser_failed(struct reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    enum yaml_dialect_verdict verdict;
    struct yaml_mark at;
    size_t offset;

    if (parser->error == YAML_MEMORY_ERROR || !parser->problem)
        return no_memory(reader);
    if (parser->error == YAML_READER_ERROR)
        return explain(reader, yaml_place_of_byte(&reader->places, parser->problem_offset),
                       parser->problem_offset);
    if (is_unseen(reader)) {
        reader->done = true;
        return true;
    }
    at = mark_of(reader, parser->problem_mark);
    offset = yaml_place_byte(&reader->places, parser->problem_mark.index);
    verdict = yaml_dialect_refused(&reader->dialect, parser->problem, offset);
    return verdict == YAML_DIALECT_REFUSES ? explain(reader, at, offset)
                                           : obey(reader, verdict, at, "");
}

static bool put_scalar(struct reader *reader, const yaml_event_t *event)
{
    struct yaml_node node = {
        .mark = mark_of(reader, event->start_mark),
        .anchor = (const char *)event->data.scalar.anchor,
        .tag = (const char *)event->data.scalar.tag,
        .text = {(const char *)event->data.scalar.value, event->data.scalar.length},
        .plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE,
        .implicit = event->data.scalar.plain_implicit,
    };

    if (reader->flow && node.plain && !node.text.size &&
        !obey(reader,
              yaml_dialect_tag(&reader->dialect,
                               yaml_place_byte(&reader->places, event->start_mark.index)),
              node.mark, "a blank is missing behind this tag"))
        return false;
    if (reader->dialect.copy)
        node.text = yaml_dialect_restore(&reader->dialect, node.text);
    if (reader->flow && node.plain && node.text.size && memchr(node.text.data, '?', node.text.size))
        return fail(reader, YAML_INVALID, node.mark,
                    "between brackets or braces a text with `?` must be in quotes");
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

/* libyaml takes 1.2 too, and more digits. */
static bool check_version(struct reader *reader, const yaml_event_t *event)
{
    const yaml_version_directive_t *version = event->data.document_start.version_directive;
    size_t start = yaml_place_byte(&reader->places, event->start_mark.index);

    if (!version)
        return true;
    start = yaml_dialect_skip_tags(&reader->dialect, start);
    if (version->major == 1 && version->minor == 1 &&
        !yaml_dialect_odd_version(&reader->dialect, start))
        return true;
    return fail(reader, YAML_INVALID, mark_of(reader, event->start_mark),
                "only %YAML 1.1 is read; drop the line");
}

/* Without a `...` the document ends where the next thing begins, so that much of it was scanned. */
static bool check_next(struct reader *reader, const yaml_event_t *event)
{
    size_t next = yaml_place_byte(&reader->places, event->start_mark.index);

    if (!event->data.document_end.implicit || !yaml_dialect_odd_version(&reader->dialect, next))
        return true;
    return fail(reader, YAML_INVALID, mark_of(reader, event->start_mark),
                "this %YAML line has no version");
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
    case YAML_DOCUMENT_END_EVENT:
        reader->done = true;
        return check_next(reader, event);
    case YAML_STREAM_END_EVENT:
        reader->done = true;
        break;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
        break;
    }
    return true;
}

static bool opens_flow(const yaml_event_t *event)
{
    return (event->type == YAML_SEQUENCE_START_EVENT &&
            event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE) ||
           (event->type == YAML_MAPPING_START_EVENT &&
            event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE);
}

/* In a flow collection there are no others, so each end is one's. */
static bool count_flow(struct reader *reader, const yaml_event_t *event)
{
    if (opens_flow(event))
        reader->flow++;
    else if (reader->flow &&
             (event->type == YAML_SEQUENCE_END_EVENT || event->type == YAML_MAPPING_END_EVENT))
        reader->flow--;
    reader->flow_steps += reader->flow;
    return reader->flow_steps <= reader->tree.limits->values * MEAN_FLOW ||
           fail(reader, YAML_TOO_LARGE, mark_of(reader, event->start_mark),
                "too much within brackets and braces; use lines and indentation");
}

/* Up to the first document's end; what follows is not even parsed. */
static bool read_events(struct reader *reader)
{
    yaml_event_t event;
    bool good = true;

    while (good && !reader->done) {
        if (!yaml_parser_parse(&reader->parser, &event))
            return parser_failed(reader);
        good = count_flow(reader, &event) && put_event(reader, &event);
        reader->end = event.end_mark.index;
        yaml_event_delete(&event);
    }
    return good;
}

/* An empty text is null. */
static bool put_nothing(struct reader *reader)
{
    const struct yaml_node node = {
        .mark = {1, 1}, .text = {"", 0}, .plain = true, .implicit = true};

    return yaml_tree_scalar(&reader->tree, &node);
}

static bool read_document(struct reader *reader, struct yaml_document *ret)
{
    struct yaml_tree *tree = &reader->tree;

    if (!read_events(reader))
        return false;
    if (!tree->root && !put_nothing(reader))
        return false;
    if (!yaml_tree_finish(tree))
        return false;
    *ret = (struct yaml_document){.root = tree->root,
                                  .losses = tree->losses,
                                  .ignored_line = yaml_places_rest(&reader->places, reader->end)};
    return true;
}

static bool read_text(struct reader *reader, const struct yaml_dialect *dialect,
                      const struct yaml_limits *limits, struct problem *problem,
                      struct yaml_document *ret)
{
    bool good;

    *reader = (struct reader){.dialect = *dialect, .problem = problem};
    yaml_places_init(&reader->places, dialect->text);
    if (!yaml_tree_init(&reader->tree, dialect->arena, limits, problem))
        return false;
    if (yaml_places_many_directives(&reader->places, MOST_DIRECTIVES))
        return fail(reader, YAML_TOO_LARGE, (struct yaml_mark){1, 1}, "too many % directives");
    if (!yaml_parser_initialize(&reader->parser))
        return no_memory(reader);
    yaml_parser_set_input(&reader->parser, give_chunk, reader);
    good = read_document(reader, ret);
    yaml_parser_delete(&reader->parser);
    return good;
}

enum yaml_status yaml_read(struct arena *arena, struct bytes text, const struct yaml_limits *limits,
                           struct yaml_document *ret, struct problem *problem)
{
    /* Of the first, go-yaml takes the second for granted, and drops a character of each line. */
    static const char two_marks[] = "\xef\xbb\xbf\xef\xbb\xbf";
    struct yaml_dialect dialect;
    struct reader reader;

    if (text.size > limits->size) {
        problem_set(problem, 0, 0, "%zu bytes of YAML; at most %zu are read", text.size,
                    limits->size);
        return YAML_TOO_LARGE;
    }
    if (text.size >= sizeof two_marks - 1 &&
        memcmp(text.data, two_marks, sizeof two_marks - 1) == 0) {
        problem_set(problem, 1, 1, "two byte order marks at the start; drop them");
        return YAML_INVALID;
    }
    if (!text.size)
        text.data = ""; /* memchr() and its like take no NULL */
    if (!yaml_dialect_init(&dialect, arena, text)) {
        problem_set(problem, 0, 0, "too many different characters beside `\\/` or U+FEFF");
        return arena_exhausted(arena) ? YAML_NO_MEMORY : YAML_TOO_LARGE;
    }
    do {
        if (read_text(&reader, &dialect, limits, problem, ret))
            return YAML_OK;
        dialect = reader.dialect;
    } while (reader.again);
    return reader.tree.status;
}

const struct yaml_value *yaml_member(const struct yaml_value *mapping, const char *key)
{
    if (!mapping || mapping->kind != YAML_MAPPING)
        return NULL;
    for (const struct yaml_value *member = mapping->first; member; member = member->next)
        if (*member->key == *key && strcmp(member->key, key) == 0)
            return member;
    return NULL;
}

const struct yaml_value *yaml_item(const struct yaml_value *sequence, size_t index)
{
    const struct yaml_value *item;

    if (sequence->kind != YAML_SEQUENCE)
        return NULL;
    for (item = sequence->first; item && index; index--)
        item = item->next;
    return item;
}
