/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For test_yaml.py: reads stdin LOOPS times, with libyaml's own event loop or with ours.
 */
#include "core/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

static void read_events(struct bytes text)
{
    yaml_parser_t parser;
    yaml_event_t event;
    bool more = true;

    if (!yaml_parser_initialize(&parser))
        abort();
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.data, text.size);
    while (more && yaml_parser_parse(&parser, &event)) {
        more = event.type != YAML_DOCUMENT_END_EVENT && event.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
}

static void read_values(struct arena *arena, struct bytes text)
{
    struct yaml_document document;
    struct problem problem = {.message = ""};

    (void)!yaml_read(arena, text, &yaml_default_limits, &document, &problem);
    arena_reset(arena);
}

int main(int argc, char **argv)
{
    static char text[1 << 21];
    struct bytes bytes = {text, fread(text, 1, sizeof text, stdin)};
    struct arena *arena = arena_new((size_t)64 << 20);
    long loops = argc == 3 ? strtol(argv[2], NULL, 10) : 0;

    for (long i = 0; arena && i < loops; i++) {
        if (strcmp(argv[1], "libyaml") == 0)
            read_events(bytes);
        else
            read_values(arena, bytes);
    }
    arena_free(arena);
    return loops == 0;
}
