/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the webhook's reader makes of texts, for tests/fuzz/differ_yaml.py: reads
 * "<size>\n<bytes>\n" again and again; answers each with a line, "ok <JSON>", "error
 * <line>:<column>: <message>", or "large <message>" where a limit of ours ends it.
 */
#include "core/yaml.h"

#include <stdio.h>
#include <stdlib.h>

static void say_document(struct arena *arena, const struct yaml_value *root)
{
    struct text out = text_new(arena);

    if (root->kind == YAML_NULL) {
        puts("ok {}");
    } else if (root->kind != YAML_MAPPING) {
        puts("error 1:1: no mapping");
    } else {
        yaml_write_json(&out, root);
        printf("ok %s\n", text_string(&out));
    }
}

static void answer(struct bytes text)
{
    struct arena *arena = arena_new((size_t)256 << 20);
    struct yaml_document document;
    struct problem problem = {.message = ""};
    enum yaml_status status = yaml_read(arena, text, &yaml_default_limits, &document, &problem);

    if (status == YAML_OK)
        say_document(arena, document.root);
    else
        printf("%s %u:%u: %s\n", status == YAML_INVALID ? "error" : "large", problem.line,
               problem.column, problem.message);
    arena_free(arena);
}

static bool read_size(size_t *ret)
{
    char line[32];

    if (!fgets(line, sizeof line, stdin))
        return false;
    *ret = strtoul(line, NULL, 10);
    return true;
}

int main(void)
{
    size_t size;

    while (read_size(&size)) {
        char *text = malloc(size + 1);

        if (!text || fread(text, 1, size + 1, stdin) != size + 1)
            return 1;
        answer((struct bytes){text, size});
        free(text);
    }
    return 0;
}
