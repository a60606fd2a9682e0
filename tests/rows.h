/* SPDX-License-Identifier: Apache-2.0 */
/* Measured facts as tests: a file of JSON objects, one a line (tests/data). */
#ifndef TESTS_ROWS_H
#define TESTS_ROWS_H

#include "core/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static inline const struct json *rows_parse(struct arena *arena, struct bytes text)
{
    const struct json_limits limits = {.depth = 64, .values = 100000};
    const struct json *json = NULL;
    struct problem problem = {0};

    if (json_parse(arena, text, &limits, &json, &problem) == JSON_OK)
        return json;
    (void)fprintf(stderr, "%.*s: %s\n", (int)text.size, text.data, problem.message);
    exit(1);
}

/* Calls for each line, with an arena of its own. Returns how many lines there were. */
static inline size_t rows_each(const char *path, void (*call)(struct arena *, const struct json *))
{
    FILE *file = fopen(path, "r");
    struct arena *arena = arena_new(64 * 1024 * 1024);
    char *line = NULL;
    size_t room = 0, count = 0;
    ssize_t size;

    if (!file || !arena) {
        (void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(1);
    }
    while ((size = getline(&line, &room, file)) > 0) {
        arena_reset(arena);
        call(arena, rows_parse(arena, (struct bytes){line, (size_t)size}));
        count++;
    }
    free(line);
    (void)fclose(file);
    arena_free(arena);
    return count;
}

#endif
