/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/data/serve-yaml.jsonl: texts, and what KubeRay's own calls (sigs.k8s.io/yaml and
 * encoding/json) made of them, byte for byte; null where they fail.
 */
#include "core/json.h"
#include "core/yaml.h"
#include "test.h"

#include <stdlib.h>

static const struct yaml_limits wide = {.size = 1 << 20, .values = 400000, .depth = 2000};

/* What the operator would send, or NULL. */
static const char *convert(struct arena *arena, const char *yaml, struct problem *problem)
{
    struct text out = text_new(arena);
    struct yaml_document document;

    if (yaml_read(arena, bytes_of(yaml), &wide, &document, problem) != YAML_OK)
        return NULL;
    if (document.root->kind == YAML_NULL)
        return "{}";
    if (document.root->kind != YAML_MAPPING)
        return NULL;
    yaml_write_json(&out, document.root);
    return text_string(&out);
}

static bool check_row(const char *line, size_t size)
{
    static const struct json_limits limits = {.depth = 4, .values = 16};
    struct arena *arena = arena_new(64 << 20);
    const struct json *row = NULL;
    struct problem problem = {.message = ""};
    const char *want, *is;
    bool good;

    if (!CHECK_INT(json_parse(arena, (struct bytes){line, size}, &limits, &row, &problem), JSON_OK))
        return false;
    want = json_string(json_member(row, "json"));
    is = convert(arena, json_string(json_member(row, "yaml")), &problem);
    good = want ? is && strcmp(is, want) == 0 : !is;
    if (!good)
        printf("# %.300s\n#   is   %.300s\n#   want %.300s\n",
               json_string(json_member(row, "yaml")), is ? is : problem.message,
               want ? want : "an error");
    arena_free(arena);
    return good;
}

static void agrees_with_kuberay(void)
{
    FILE *file = fopen(TEST_DATA "/serve-yaml.jsonl", "rb");
    char *line = NULL;
    size_t room = 0, rows = 0, wrong = 0;
    ssize_t size;

    while (file && (size = getline(&line, &room, file)) > 1) {
        rows++;
        wrong += !check_row(line, (size_t)size);
    }
    free(line);
    if (file)
        (void)fclose(file);
    CHECK_INT(wrong, 0);
    CHECK(rows > 800);
}

TEST_MAIN(TEST(agrees_with_kuberay))
