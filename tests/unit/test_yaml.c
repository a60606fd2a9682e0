/* SPDX-License-Identifier: Apache-2.0 */
#include "core/yaml.h"
#include "test.h"

static struct arena *arena;
static struct yaml_document document;
static struct problem problem;

static enum yaml_status read_text(struct bytes text)
{
    arena_free(arena);
    arena = arena_new(64 << 20);
    problem = (struct problem){.message = ""};
    return yaml_read(arena, text, &yaml_default_limits, &document, &problem);
}

/* The document as JSON, or why not. */
static const char *json_of(const char *text)
{
    struct text out;

    if (read_text(bytes_of(text)) != YAML_OK)
        return "error";
    out = text_new(arena);
    yaml_write_json(&out, document.root);
    return text_string(&out);
}

static const struct yaml_value *member(const char *key)
{
    return yaml_member(document.root, key);
}

static void reads_scalars(void)
{
    CHECK_TEXT(json_of("a: 1\nb: yes\nc: 010\nd: 1.50\ne: ~\nf: 1e400\ng: 'no'\nh: 2024-01-01\n"),
               "{\"a\":1,\"b\":true,\"c\":8,\"d\":1.5,\"e\":null,\"f\":\"1e400\",\"g\":\"no\","
               "\"h\":\"2024-01-01\"}");
    CHECK_INT(member("c")->kind, YAML_INTEGER);
    CHECK_INT(member("c")->integer, 8);
    CHECK(member("c")->plain);
    CHECK_TEXT(member("c")->text.data, "010");
    CHECK(member("d")->number == 1.5);
    CHECK(!member("g")->plain);
    CHECK(!member("nothing"));
    CHECK(!yaml_member(member("a"), "a"));
    CHECK(!yaml_member(NULL, "a"));
}

static void writes_keys_as_text(void)
{
    CHECK_TEXT(json_of("y: 1\n0x10: 2\n1.50: 3\n1e6: 4\n.inf: 5\n2024-01-01: 6\n\"a\\0b\": 7\n"),
               "{\".inf\":5,\"1.5\":3,\"16\":2,\"1e+06\":4,\"2024-01-01\":6,\"a\\u0000b\":7,"
               "\"true\":1}");
    CHECK_TEXT(member("true")->key_text.data, "y");
    CHECK(!member("a"));
    CHECK(member("a\xe2\x90\x80"
                 "b"));
}

static void keeps_the_last_duplicate(void)
{
    const struct yaml_loss *loss;

    CHECK_TEXT(json_of("a: {x: 1}\nb: 2\n'a': &k 3\nc: *k\na: 4\n"), "{\"a\":4,\"b\":2,\"c\":3}");
    CHECK_TEXT(document.root->first->key, "a");
    CHECK_INT(document.root->count, 3);
    loss = document.losses;
    CHECK_INT(loss->line, 3);
    CHECK_INT(loss->lost_line, 1);
    loss = loss->next;
    CHECK_TEXT(loss->key, "a");
    CHECK_INT(loss->line, 5);
    CHECK_INT(loss->column, 1);
    CHECK_INT(loss->lost_line, 3);
    CHECK(!loss->next);
}

static void merges_in_order(void)
{
    CHECK_TEXT(json_of("a: &a {x: 1, z: 1}\nb: {<<: *a, x: 2}\n"),
               "{\"a\":{\"x\":1,\"z\":1},\"b\":{\"x\":2,\"z\":1}}");
    CHECK(!document.losses);
    CHECK(yaml_member(member("b"), "z")->merged);
    CHECK(!yaml_member(member("b"), "x")->merged);
    CHECK_TEXT(json_of("a: &a {x: 1, z: 1}\nb: {x: 2, <<: *a}\n"),
               "{\"a\":{\"x\":1,\"z\":1},\"b\":{\"x\":1,\"z\":1}}");
    CHECK_INT(document.losses->lost_line, 2);
    CHECK_TEXT(json_of("a: {<<: [{x: 1}, {x: 2, z: 2}], '<<': 3}\n"),
               "{\"a\":{\"\\u003c\\u003c\":3,\"x\":1,\"z\":2}}");
    CHECK_TEXT(json_of("<<: 1\n"), "error");
    CHECK_TEXT(json_of("a: &a [1]\n<<: *a\n"), "error");
}

static void knows_positions(void)
{
    CHECK_TEXT(json_of("a:\n  - \"x\"\n  - {b: |\n"), "error");
    CHECK_TEXT(
        json_of("\xc3\xa9\xc3\xa9: 1\na:\n  - \"x\"\n  - b: |\n      text\n    \xe2\x82\xac: "
                "'q'\n"),
        "{\"a\":[\"x\",{\"b\":\"text\\n\",\"\xe2\x82\xac\":\"q\"}],\"\xc3\xa9\xc3\xa9\":1}");
    CHECK_INT(document.root->first->column, 7);
    CHECK_INT(member("a")->key_line, 2);
    CHECK_INT(member("a")->line, 3);
    CHECK_INT(member("a")->column, 3);
    CHECK_INT(member("a")->first->column, 5);
    CHECK_INT(member("a")->first->next->column, 5);
    CHECK_INT(yaml_member(member("a")->first->next, "b")->column, 8);
    CHECK_INT(yaml_member(member("a")->first->next, "\xe2\x82\xac")->key_column, 5);
    CHECK_INT(yaml_member(member("a")->first->next, "\xe2\x82\xac")->column, 10);
}

static void reads_the_first_document(void)
{
    CHECK_TEXT(json_of("a: 1\n---\n]broken\n"), "{\"a\":1}");
    CHECK_INT(document.ignored_line, 2);
    CHECK_TEXT(json_of(" a: 1\nb: 2\n"), "{\"a\":1}");
    CHECK_INT(document.ignored_line, 2);
    CHECK_TEXT(json_of("a: 1\n...\n# done\n---\n"), "{\"a\":1}");
    CHECK_INT(document.ignored_line, 0);
    CHECK_TEXT(json_of(""), "null");
    CHECK_INT(document.root->kind, YAML_NULL);
    CHECK_INT(document.ignored_line, 0);
}

static void says_what_is_wrong(void)
{
    CHECK_TEXT(json_of("a: 1\nb: c: d\n"), "error");
    CHECK_INT(problem.line, 2);
    CHECK_INT(problem.column, 5);
    CHECK_TEXT(json_of("a:\n\tb: 1\n"), "error");
    CHECK_INT(problem.line, 2);
    CHECK_TEXT(problem.message, "a tab can not indent; use spaces");
    CHECK_TEXT(json_of("a: *b\n"), "error");
    CHECK_TEXT(problem.message, "there is no anchor `b` above");
    CHECK_TEXT(json_of("%YAML 1.2\n---\na: 1\n"), "error");
    CHECK_TEXT(json_of("a: .inf\n"), "error");
    CHECK_TEXT(json_of("a: .inf\na: 1\n"), "{\"a\":1}");
    CHECK_TEXT(json_of("~: 1\n"), "error");
    CHECK_TEXT(json_of("a: {{ x }}\n"), "error");
}

/* Whatever is missing, it is memory that is said to be, and nothing leaks. */
static void survives_any_limit(void)
{
    static const char text[] = "a: &x {b: [1, 2.5, !!binary aGk=], 010: y}\nc: {<<: *x, d: 1_0}\n"
                               "1: 1\n2: 2\n3: 3\n4: 4\n5: 5\n6: 6\n7: 7\n8: 8\n1: 9\n";
    size_t limit = 0;
    enum yaml_status status;

    do {
        struct arena *small = arena_new(limit);

        status = yaml_read(small, BYTES(text), &yaml_default_limits, &document, &problem);
        CHECK(status == YAML_OK || (status == YAML_NO_MEMORY && arena_exhausted(small)));
        arena_free(small);
        limit += 16;
    } while (status != YAML_OK && limit < 1 << 20);
    CHECK_INT(status, YAML_OK);
}

static void finish(void)
{
    arena_free(arena);
    arena = NULL;
}

TEST_MAIN(TEST(reads_scalars), TEST(writes_keys_as_text), TEST(keeps_the_last_duplicate),
          TEST(merges_in_order), TEST(knows_positions), TEST(reads_the_first_document),
          TEST(says_what_is_wrong), TEST(survives_any_limit), TEST(finish))
