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

static void check_place(const struct yaml_value *value, unsigned line, unsigned column)
{
    if (!CHECK(value))
        return;
    CHECK_INT(value->line, line);
    CHECK_INT(value->column, column);
}

static void knows_positions(void)
{
    const struct yaml_value *item;

    CHECK_TEXT(
        json_of("\xc3\xa9\xc3\xa9: 1\na:\n  - \"x\"\n  - b: |\n      text\n    \xe2\x82\xac: "
                "'q'\n    c:\n"),
        "{\"a\":[\"x\",{\"b\":\"text\\n\",\"c\":null,\"\xe2\x82\xac\":\"q\"}],"
        "\"\xc3\xa9\xc3\xa9\":1}");
    check_place(document.root, 1, 1);
    check_place(document.root->first, 1, 7);
    check_place(member("a"), 3, 3);
    CHECK_INT(member("a")->key_line, 2);
    CHECK_INT(member("a")->key_column, 1);
    item = member("a")->first;
    check_place(item, 3, 5);
    CHECK(!item->key);
    check_place(item->next, 4, 5);
    check_place(yaml_member(item->next, "b"), 4, 8);
    check_place(yaml_member(item->next, "\xe2\x82\xac"), 6, 10);
    CHECK_INT(yaml_member(item->next, "\xe2\x82\xac")->key_column, 5);
    check_place(yaml_member(item->next, "c"), 7, 7);
}

static void knows_positions_in_flow(void)
{
    CHECK_TEXT(json_of("\xef\xbb\xbf{a: [1,\n  \xe2\x82\xacz, {b: \"\xe2\x82\xac\", c: 3}]}\r\n"),
               "{\"a\":[1,\"\xe2\x82\xacz\",{\"b\":\"\xe2\x82\xac\",\"c\":3}]}");
    check_place(document.root, 1, 4);
    check_place(member("a"), 1, 8);
    check_place(member("a")->first, 1, 9);
    check_place(member("a")->first->next, 2, 3);
    check_place(member("a")->first->next->next, 2, 9);
    check_place(yaml_member(member("a")->first->next->next, "c"), 2, 23);
}

/* An alias stands where it stands; what is in it, where it was written. */
static void knows_positions_of_aliases(void)
{
    CHECK_TEXT(json_of("a: &a {x: [1]}\nb: *a\nc:\n  <<: *a\nd: [*a, 2]\n"),
               "{\"a\":{\"x\":[1]},\"b\":{\"x\":[1]},\"c\":{\"x\":[1]},\"d\":[{\"x\":[1]},2]}");
    check_place(member("a"), 1, 4);
    check_place(member("b"), 2, 4);
    check_place(yaml_member(member("b"), "x"), 1, 11);
    check_place(yaml_member(member("c"), "x"), 1, 11);
    CHECK_INT(yaml_member(member("c"), "x")->key_column, 8);
    check_place(member("d")->first, 5, 5);
    CHECK(!member("d")->first->key);
    CHECK_INT(member("d")->count, 2);
}

/* The anchor keeps its value when a duplicate key takes its place. */
static void anchors_outlive_duplicates(void)
{
    CHECK_TEXT(json_of("x: 1\nb: 2\nx: &a [1]\nc: [*a]\nx: 3\nd: [*a, 4]\n"),
               "{\"b\":2,\"c\":[[1]],\"d\":[[1],4],\"x\":3}");
    CHECK_INT(member("d")->count, 2);
}

/* Replaced for libyaml, and given back: see core/yaml_dialect.h. */
static void reads_the_dialect(void)
{
    CHECK_TEXT(json_of("a: \"it\\'s \\'\"\nQ: '\\/'\nb: {c:, d: \"\\u0510\"}\n"),
               "{\"Q\":\"\\\\/\",\"a\":\"it's '\",\"b\":{\"c:\":null,\"d\":\"\xd4\x90\"}}");
    check_place(member("b"), 3, 4);
    check_place(yaml_member(member("b"), "d"), 3, 12);
    CHECK_TEXT(json_of("a: [!t, x, !u]y z]\n\xef\xbb\xbf"
                       "b: c\n"),
               "{\"a\":[\"x\",\"z\"],\"\xef\xbb\xbf"
               "b\":\"c\"}");
    CHECK_TEXT(json_of("a: \"\\/\"\n"), "error");
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
    CHECK_INT(read_text((struct bytes){NULL, 0}), YAML_OK);
    CHECK_INT(document.root->kind, YAML_NULL);
    CHECK_INT(document.root->line, 1);
}

static const struct complaint {
    const char *text;
    unsigned line, column;
    const char *message;
} complaints[] = {
    {"a: 1\nb: c: d\n", 2, 5,
     "mapping values are not allowed here: a text with `: ` in it must be in quotes"},
    {"a:1\nb: 2\n", 2, 2,
     "mapping values are not allowed here: the indentation is off, or the line above lacks the "
     "blank behind its `:`"},
    {"a:\n\tb: 1\n", 2, 1, "a tab can not indent; use spaces"},
    {"a: b\n\tc: d\n", 2, 1, "a tab can not indent; use spaces"},
    {"a: |\n\tb\n", 2, 1, "a tab can not indent; use spaces"},
    {"a: \"b\nc: d\n", 1, 4, "this quote is never closed"},
    {"a: 1\nb:2\nc: 3\n", 2, 1, "a key with `: ` behind it was expected here"},
    {"a:\n   b: 1\n  c: 2\n", 3, 3,
     "this does not fit into the mapping that begins in line 1; the indentation is off"},
    {"- a: 1\n  b: 2\n c: 3\n", 3, 2,
     "this does not fit into the list that begins in line 1; the indentation is off"},
    {"a: 1\n- b\n", 2, 1,
     "a list item can not follow the keys of the mapping that begins in line 1; the indentation is "
     "off"},
    {"a: [1, 2]]\n", 1, 10, "nothing is open that this would close"},
    {"a: \"b\" c\n", 1, 8, "text behind a quoted value; put all of it in quotes"},
    {"a: [b,\nc: 1\n", 1, 4, "this `[` is not closed, or a `,` is missing"},
    {"a: {b: c d: e}\n", 1, 11, "`,` or `}` was expected here"},
    {"a: @b\n", 1, 4, "a value can not begin with this character; put it in quotes"},
    {"a: *.txt\n", 1, 4,
     "`*` and `&` begin the name of an anchor; if this is text, put it in quotes"},
    {"a: *b\n", 1, 4, "there is no anchor `b` above"},
    {"a: &b [*b]\n", 1, 8, "the value of anchor `b` contains itself"},
    {"a: {{ .Values.x }}\n", 1, 5, "a mapping can not be a key; if this is text, put it in quotes"},
    {"a: {b?c: 1}\n", 1, 5, "between brackets or braces a text with `?` must be in quotes"},
    {"\xc3\xa9: {b: c?}\n", 1, 9, "between brackets or braces a text with `?` must be in quotes"},
    {"a: \"\\d\"\n", 1, 5,
     "no such escape in double quotes; write \\\\ for a backslash, or use single quotes"},
    {"a: 1\nb: \x07\n", 2, 4,
     "a control character; YAML takes it only as an escape in double quotes"},
    {"a: 1\nb: \xff\n", 2, 4, "this byte is not UTF-8"},
    {"a: !!int\n  x\x01y\n", 2, 4,
     "a control character; YAML takes it only as an escape in double quotes"},
    {"a: !!int \"x\\ny\\u00ad\"\n", 1, 4, "`x y\xc2\xad` is tagged !!int but is not one"},
    {"a: !!binary x\n", 1, 4, "`x` is tagged !!binary but is not base64"},
    {"a: .inf\n", 1, 4, "infinity and not-a-number have no place in JSON; put it in quotes"},
    {"a:\n  ~: 1\n", 2, 3, "null, or a number this large, can not be a key; put it in quotes"},
    {"<<: 1\n", 1, 5, "`<<` takes a mapping or a list of mappings, usually by alias"},
    {"%YAML 1.2\n---\na: 1\n", 1, 1, "only %YAML 1.1 is read; drop the line"},
    {"\xef\xbb\xbf\xef\xbb\xbf"
     "a: 1\n",
     1, 1, "two byte order marks at the start; drop them"},
};

static void says_what_is_wrong(void)
{
    for (size_t i = 0; i < sizeof complaints / sizeof *complaints; i++) {
        const struct complaint *want = &complaints[i];

        CHECK_TEXT(json_of(want->text), "error");
        CHECK_INT(problem.line, want->line);
        CHECK_INT(problem.column, want->column);
        if (!CHECK_TEXT(problem.message, want->message))
            printf("# of %s\n", want->text);
    }
}

static void overwritten_values_need_no_json(void)
{
    CHECK_TEXT(json_of("a: .inf\na: 1\n"), "{\"a\":1}");
    CHECK_TEXT(json_of("a: {~: 1}\na: 1\n"), "{\"a\":1}");
}

static const char *status_of(const char *text, const struct yaml_limits *limits)
{
    static const char *const names[] = {"ok", "invalid", "too large", "no memory"};

    arena_free(arena);
    arena = arena_new(64 << 20);
    problem = (struct problem){.message = ""};
    return names[yaml_read(arena, bytes_of(text), limits, &document, &problem)];
}

static void keeps_its_limits(void)
{
    static const struct yaml_limits few = {.size = 60, .values = 5, .depth = 3};

    CHECK_TEXT(status_of("{a: 1, b: 2}", &few), "ok");
    CHECK_TEXT(status_of("{a: 1, b: 2, c: }", &few), "too large");
    CHECK_TEXT(problem.message, "more than 5 keys and values, counting what aliases stand for");
    CHECK_TEXT(status_of("[&a [1], *a]", &few), "too large");
    CHECK_TEXT(status_of("[[[]]]", &few), "ok");
    CHECK_TEXT(status_of("[[[[]]]]", &few), "too large");
    CHECK_TEXT(problem.message, "more than 3 levels deep");
    CHECK_INT(problem.column, 4);
    CHECK_TEXT(status_of("# 345678901234567890123456789012345678901234567890123456789", &few),
               "ok");
    CHECK_TEXT(status_of("# 345678901234567890123456789012345678901234567890123456789012", &few),
               "too large");
}

/* An alias is as deep as what it stands for. */
static void bounds_what_aliases_make(void)
{
    static const struct yaml_limits flat = {.size = 500, .values = 500, .depth = 4};

    CHECK_TEXT(status_of("a: &a [[1]]\nb: [*a]\n", &flat), "ok");
    CHECK_TEXT(status_of("a: &a [[1]]\nb: [[*a]]\n", &flat), "too large");
    CHECK_TEXT(status_of("a: &a [[1]]\nb: &b [*a]\nc: [*b]\n", &flat), "too large");
    CHECK_TEXT(status_of("a: &a {x: []}\nb: {<<: *a}\n", &flat), "ok");
    CHECK_TEXT(status_of("a: &a {x: []}\nb: [{<<: *a}]\n", &flat), "too large");
}

/* How a long text is read. */
static enum yaml_status read_repeated(const char *start, const char *part, size_t count)
{
    struct arena *keep = arena_new(64 << 20);
    struct text text = text_new(keep);
    enum yaml_status status;

    text_puts(&text, start);
    while (count--)
        text_puts(&text, part);
    status = read_text(text_bytes(&text));
    arena_free(keep);
    return status;
}

/* What would be slow is refused, or is not slow: no test of ours looks at a clock. */
static void refuses_what_is_hostile(void)
{
    static const struct {
        const char *start, *part;
        size_t count;
        enum yaml_status status;
    } texts[] = {
        {"", "[", 100000, YAML_TOO_LARGE},
        {"", "- ", 100000, YAML_TOO_LARGE},
        {"[", "a,", 100000, YAML_TOO_LARGE},
        {"---\n", "- &a 1\n- *a\n", 50000, YAML_TOO_LARGE},
        {"", "%TAG !a! tag:a,2000:\n", 17, YAML_TOO_LARGE},
        {"%TAG !a! tag:a,2000:\n# c\n\n", "%TAG !a! tag:a,2000:\n", 16, YAML_TOO_LARGE},
        {"a: &a {b: 1}\nc: {<<: [", "*a,", 50000, YAML_TOO_LARGE},
        {"{", "a:,", 20000, YAML_TOO_LARGE},
        {"{", "a:,", 17, YAML_TOO_LARGE},
        {"a: \"", "\\'", 20000, YAML_TOO_LARGE},
        {"- [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
         "a,", 40000, YAML_TOO_LARGE},
        {"a: ", "1", 1000000, YAML_OK},
        {"a: \"", "\\x41", 300000, YAML_INVALID},
        {"", "\n", 1500000, YAML_OK},
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!CHECK_INT(read_repeated(texts[i].start, texts[i].part, texts[i].count),
                       texts[i].status))
            printf("# of %s%s: %s\n", texts[i].start, texts[i].part, problem.message);
    CHECK_INT(read_repeated("{", "a:, ", 15), YAML_INVALID);
    CHECK_TEXT(problem.message, "a value was expected here");
}

static void reads_many_keys(void)
{
    struct arena *keep = arena_new(64 << 20);
    struct text text = text_new(keep);

    for (unsigned i = 0; i < 20000; i++)
        text_printf(&text, "k%u: %u\n", i * 7919 % 20011, i);
    text_puts(&text, "k0: again\n");
    CHECK_INT(read_text(text_bytes(&text)), YAML_OK);
    CHECK_INT(document.root->count, 20000);
    CHECK_INT(member("k7919")->integer, 1);
    CHECK_INT(member("k0")->line, 20001);
    CHECK_INT(document.losses->lost_line, 1);
    CHECK(!document.losses->next);
    arena_free(keep);
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
          TEST(merges_in_order), TEST(knows_positions), TEST(knows_positions_in_flow),
          TEST(knows_positions_of_aliases), TEST(anchors_outlive_duplicates),
          TEST(reads_the_dialect), TEST(reads_the_first_document), TEST(says_what_is_wrong),
          TEST(overwritten_values_need_no_json), TEST(keeps_its_limits),
          TEST(bounds_what_aliases_make), TEST(refuses_what_is_hostile), TEST(reads_many_keys),
          TEST(survives_any_limit), TEST(finish))
