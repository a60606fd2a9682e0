/* SPDX-License-Identifier: Apache-2.0 */
/* How kubectl reads: apimachinery's pkg/util/yaml/decoder.go (YAMLOrJSONDecoder, YAMLReader). */
#include "cli/manifest/manifest.h"

#include "cli/line_bounds.h"
#include "cli/manifest/source.h"
#include "core/json.h"

enum { DEEPEST_LIST = 4 };

static const size_t arena_limit = (size_t)512 << 20;
static const struct yaml_limits yaml_limits = {
    .size = (size_t)64 << 20, .values = 1000000, .depth = 64};
static const struct json_limits json_limits = {.depth = 512, .values = 1000000};

struct reader {
    struct arena *arena;
    const struct manifest_sink *sink;
    const char *file;
    struct bytes text; /* of the document */
    unsigned first_line;
    bool not_json; /* though it begins with a brace: the first document's trouble is json_problem */
    struct problem json_problem;
};

static void trouble(const struct reader *reader, struct problem *problem)
{
    problem->line += problem->line ? reader->first_line - 1 : 0;
    reader->sink->trouble(reader->sink->context, reader->file, problem);
}

static unsigned line_at(const struct reader *reader, const char *place)
{
    unsigned line = reader->first_line;
    const char *at = reader->text.data;

    while ((at = memchr(at, '\n', (size_t)(place - at)))) {
        at++;
        line++;
    }
    return line;
}

static void found(const struct reader *reader, struct bytes json, const struct yaml_value *yaml)
{
    const struct manifest manifest = {
        .file = reader->file,
        .text = reader->text,
        .first_line = reader->first_line,
        .line = yaml ? reader->first_line + yaml->line - 1 : line_at(reader, json.data),
        .json = json,
        .yaml = yaml,
    };

    reader->sink->object(reader->sink->context, &manifest);
}

static bool is_ray_service(const char *version, const char *kind)
{
    return version && kind && strncmp(version, "ray.io/", 7) == 0 &&
           strcmp(kind, "RayService") == 0;
}

/* kubectl takes anything with items for a list; the kind says which objects may have them. */
static bool is_list(const char *kind)
{
    size_t length = kind ? strlen(kind) : 0;

    return length >= 4 && strcmp(kind + length - 4, "List") == 0;
}

static const char *yaml_string(const struct reader *reader, const struct yaml_value *object,
                               const char *key)
{
    const struct yaml_value *value = yaml_member(object, key);

    return value && value->kind == YAML_STRING ? arena_copy(reader->arena, value->text) : NULL;
}

static void read_yaml_object(const struct reader *reader, const struct yaml_value *value,
                             unsigned depth)
{
    const char *kind = yaml_string(reader, value, "kind");
    const struct yaml_value *items = yaml_member(value, "items");
    struct text json = text_new(reader->arena);

    if (is_ray_service(yaml_string(reader, value, "apiVersion"), kind)) {
        yaml_write_json(&json, value);
        found(reader, text_bytes(&json), value);
        return;
    }
    if (!is_list(kind) || !items || depth == DEEPEST_LIST)
        return;
    for (const struct yaml_value *item = items->first; item; item = item->next)
        read_yaml_object(reader, item, depth + 1);
}

static bool yaml_document(const struct reader *reader, struct problem *problem)
{
    struct yaml_document document;
    enum yaml_status status =
        yaml_read(reader->arena, reader->text, &yaml_limits, &document, problem);

    if (status == YAML_NO_MEMORY)
        problem_set(problem, 1, 1, "out of memory");
    if (status != YAML_OK)
        return false;
    read_yaml_object(reader, document.root, 0);
    if (document.ignored_line)
        problem_set(problem, document.ignored_line, 1,
                    "kubectl ignores what follows: start a document with a line ---");
    return document.ignored_line == 0;
}

/* The size of the object that the text begins with: up to its closing brace. */
static size_t object_size(struct bytes text)
{
    size_t depth = 0;
    bool quoted = false;

    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];

        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '{' || c == '['))
            depth++;
        else if (!quoted && (c == '}' || c == ']') && --depth == 0)
            return i + 1;
    }
    return text.size;
}

/* Takes the next object off the front of the text. */
static struct bytes next_object(struct bytes *text)
{
    struct bytes object;

    while (text->size && is_blank(*text->data)) {
        text->data++;
        text->size--;
    }
    object = (struct bytes){text->data, object_size(*text)};
    text->data += object.size;
    text->size -= object.size;
    return object;
}

static void read_json_object(const struct reader *reader, struct bytes text,
                             const struct json *value, unsigned depth);

static void read_json_items(const struct reader *reader, struct bytes text,
                            const struct json *items, unsigned depth)
{
    static const struct path root;
    struct bytes raw = json_raw(text, PATH_KEY(&root, "items"));
    struct json_raw_entry entry = {0};

    for (const struct json *item = json_first(items); item; item = json_next(item)) {
        if (json_raw_next(raw, &entry) && json_kind(item) == JSON_OBJECT)
            read_json_object(reader, entry.value, item, depth);
    }
}

static void read_json_object(const struct reader *reader, struct bytes text,
                             const struct json *value, unsigned depth)
{
    const char *kind = json_string(json_member(value, "kind"));
    const struct json *items = json_member(value, "items");

    if (is_ray_service(json_string(json_member(value, "apiVersion")), kind))
        found(reader, text, NULL);
    else if (is_list(kind) && json_kind(items) == JSON_ARRAY && depth < DEEPEST_LIST)
        read_json_items(reader, text, items, depth + 1);
}

static bool json_document(const struct reader *reader, struct bytes text, struct problem *problem)
{
    const struct json *value;
    enum json_status status = json_parse(reader->arena, text, &json_limits, &value, problem);
    unsigned before = line_at(reader, text.data) - 1;

    if (status == JSON_NO_MEMORY)
        problem_set(problem, 1, 1, "out of memory");
    if (status == JSON_OK)
        read_json_object(reader, text, value, 0);
    else
        problem->line += before;
    return status == JSON_OK;
}

/*
 * False if not even the first object is JSON: then it may be YAML that begins with a brace. kubectl
 * tells what was wrong with the JSON if it is not.
 */
static bool read_json(struct reader *reader, struct problem *problem)
{
    struct bytes rest = reader->text, object = next_object(&rest);

    for (bool first = true; object.size; first = false) {
        arena_reset(reader->arena);
        if (!json_document(reader, object, problem)) {
            if (!first)
                trouble(reader, problem);
            return !first;
        }
        object = next_object(&rest);
    }
    return true;
}

static void read_yaml(struct reader *reader)
{
    struct problem problem;

    arena_reset(reader->arena);
    if (!yaml_document(reader, &problem))
        trouble(reader, reader->not_json ? &reader->json_problem : &problem);
    reader->not_json = false;
}

enum line_kind { LINE_CONTENT, LINE_SEPARATOR, LINE_BAD_SEPARATOR };

static enum line_kind line_kind(struct bytes line)
{
    size_t i = 3;

    if (line.size < 3 || memcmp(line.data, "---", 3) != 0)
        return LINE_CONTENT;
    while (i < line.size && is_blank(line.data[i]))
        i++;
    return i == line.size || line.data[i] == '#' ? LINE_SEPARATOR : LINE_BAD_SEPARATOR;
}

/* kubectl reads no further either. */
static void bad_separator(const struct reader *reader)
{
    struct problem problem;

    problem_set(&problem, reader->first_line - 1, 1, "only a comment may stand behind ---");
    reader->sink->trouble(reader->sink->context, reader->file, &problem);
}

/* Reads what stands before each separator; the line after it begins the next document. */
static void read_yaml_documents(struct reader *reader)
{
    struct bytes rest = reader->text, line;
    unsigned number = 1;
    enum line_kind kind = LINE_CONTENT;

    reader->text.size = 0;
    for (; rest.size && kind != LINE_BAD_SEPARATOR; number++) {
        line = first_line(rest);
        kind = line_kind(line);
        rest = (struct bytes){rest.data + line.size, rest.size - line.size};
        if (kind == LINE_CONTENT) {
            reader->text.size += line.size;
            continue;
        }
        read_yaml(reader);
        reader->text = (struct bytes){rest.data, 0};
        reader->first_line = number + 1;
    }
    if (kind != LINE_BAD_SEPARATOR)
        read_yaml(reader);
    else
        bad_separator(reader);
}

static bool starts_with(struct bytes text, struct bytes start)
{
    return text.size >= start.size && memcmp(text.data, start.data, start.size) == 0;
}

static bool is_utf16(struct bytes text)
{
    return starts_with(text, BYTES("\xff\xfe")) || starts_with(text, BYTES("\xfe\xff"));
}

static void read_text(struct reader *reader)
{
    struct problem problem;
    size_t i = 0;

    if (is_utf16(reader->text)) {
        problem_set(&problem, 1, 1, "UTF-16: save it as UTF-8");
        trouble(reader, &problem);
        return;
    }
    while (i < reader->text.size && is_blank(reader->text.data[i]))
        i++;
    if (i < reader->text.size && reader->text.data[i] == '{') {
        reader->not_json = !read_json(reader, &reader->json_problem);
        if (!reader->not_json)
            return;
    }
    read_yaml_documents(reader);
}

void manifests_read(const char *file, struct bytes text, const struct manifest_sink *sink)
{
    struct reader reader = {
        .arena = arena_new(arena_limit),
        .sink = sink,
        .file = file,
        .text = text,
        .first_line = 1,
    };
    struct problem problem;

    if (starts_with(text, BYTES("\xef\xbb\xbf")))
        reader.text = (struct bytes){text.data + 3, text.size - 3};
    if (reader.arena) {
        read_text(&reader);
    } else {
        problem_set(&problem, 0, 0, "out of memory");
        trouble(&reader, &problem);
    }
    arena_free(reader.arena);
}
