/* SPDX-License-Identifier: Apache-2.0 */
#include "core/json.h"
#include "test.h"

static const struct json_limits limits = {.depth = 64, .values = 1000};

static const struct json *parse(struct arena *arena, const char *text)
{
    const struct json *value = NULL;
    struct problem problem = {0};

    if (!CHECK_INT(json_parse(arena, bytes_of(text), &limits, &value, &problem), JSON_OK))
        printf("#   in %s: %s\n", text, problem.message);
    return value;
}

static void reads_values(void)
{
    struct arena *arena = arena_new(1 << 20);
    const struct json *root = parse(arena, "{\"s\":\"\\u00e9\\n\\ud83d\\ude00\",\"t\":true,"
                                           "\"f\":false,\"n\":null,\"i\":-7,\"d\":1.5,"
                                           "\"a\":[10,20],\"o\":{\"x\":{\"y\":\"z\"}}}");

    CHECK_INT(json_kind(root), JSON_OBJECT);
    CHECK_INT(json_count(root), 8);
    CHECK_TEXT(json_string(json_member(root, "s")), "\xc3\xa9\n\xf0\x9f\x98\x80");
    CHECK(json_true(json_member(root, "t")));
    CHECK(!json_true(json_member(root, "f")));
    CHECK_INT(json_kind(json_member(root, "f")), JSON_BOOL);
    CHECK_INT(json_kind(json_member(root, "n")), JSON_NULL);
    CHECK_INT(json_kind(json_member(root, "i")), JSON_NUMBER);
    CHECK_INT(json_kind(json_member(root, "a")), JSON_ARRAY);
    CHECK_INT(json_count(json_member(root, "a")), 2);
    CHECK_TEXT(json_string(json_get(root, "o.x.y")), "z");
    CHECK_TEXT(json_key(json_first(json_get(root, "o.x"))), "y");
    CHECK(json_key(json_first(json_member(root, "a"))) == NULL);
    arena_free(arena);
}

/* Lookups chain through what is not there, and never take a near miss. */
static void reads_absence(void)
{
    struct arena *arena = arena_new(1 << 20);
    const struct json *root = parse(arena, "{\"Name\":1,\"a\":[{\"b\":1}],\"ab\":2,\"s\":\"x\"}");

    CHECK(json_member(root, "name") == NULL);
    CHECK(json_member(root, "") == NULL);
    CHECK(json_member(root, "abc") == NULL);
    CHECK(json_member(json_member(root, "a"), "b") == NULL);
    CHECK(json_get(root, "s.x") == NULL);
    CHECK(json_get(root, "no.such.thing") == NULL);
    CHECK(json_first(json_member(root, "s")) == NULL);
    CHECK(json_string(json_member(root, "Name")) == NULL);
    CHECK(!json_true(json_member(root, "Name")));
    CHECK_INT(json_kind(NULL), JSON_ABSENT);
    CHECK(json_member(NULL, "a") == NULL && json_get(NULL, "a") == NULL);
    CHECK(json_first(NULL) == NULL && json_next(NULL) == NULL && json_key(NULL) == NULL);
    CHECK(json_string(NULL) == NULL && !json_true(NULL));
    CHECK_INT(json_count(NULL), 0);
    arena_free(arena);
}

static void reads_integers(void)
{
    static const struct {
        const char *text;
        bool good;
        int64_t value;
    } rows[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"3.0", true, 3},
        {"1e3", true, 1000},
        {"-2147483649", true, -2147483649},
        {"9007199254740991", true, 9007199254740991},
        {"-9007199254740991", true, -9007199254740991},
        {"9007199254740992", false, 0},
        {"9007199254740993", false, 0},
        {"-9007199254740993", false, 0},
        {"1e999", false, 0},
        {"-1e999", false, 0},
        {"1.5", false, 0},
        {"\"1\"", false, 0},
        {"true", false, 0},
        {"null", false, 0},
        {"[1]", false, 0},
    };
    struct arena *arena = arena_new(1 << 20);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t value = 42;

        if (!CHECK_INT(json_integer(parse(arena, rows[i].text), &value), rows[i].good) ||
            !CHECK_INT(value, rows[i].good ? rows[i].value : 42))
            printf("#   in %s\n", rows[i].text);
    }
    CHECK(!json_integer(NULL, &(int64_t){0}));
    arena_free(arena);
}

static void compares(void)
{
    static const struct {
        const char *a, *b;
        bool equal;
    } rows[] = {
        {"null", "null", true},
        {"null", "false", false},
        {"true", "true", true},
        {"true", "false", false},
        {"1", "1.0", true},
        {"1e2", "100", true},
        {"1", "2", false},
        {"1", "\"1\"", false},
        {"0", "-0", true},
        {"\"a\"", "\"\\u0061\"", true},
        {"\"a\"", "\"A\"", false},
        {"[]", "{}", true},
        {"[1,2]", "[1,2]", true},
        {"[1,2]", "[2,1]", false},
        {"[1]", "[1,1]", false},
        {"[1,1]", "[1]", false},
        {"{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", true},
        {"{\"a\":1,\"b\":2}", "{\"a\":1}", false},
        {"{\"a\":1}", "{\"a\":1,\"b\":2}", false},
        {"{\"a\":1,\"b\":2}", "{\"a\":1,\"c\":2}", false},
        {"{\"a\":null}", "{}", true},
        {"{\"a\":{\"b\":[]}}", "{}", true},
        {"{}", "{\"a\":{\"b\":[0]}}", false},
        {"{\"a\":1}", "{\"A\":1}", false},
        {"{\"a\":[{\"b\":[1,{}]}]}", "{\"a\":[{\"b\":[1,{}]}]}", true},
        {"{\"a\":[{\"b\":[1,{}]}]}", "{\"a\":[{\"b\":[1,[]]}]}", true},
        {"{\"a\":1,\"b\":2,\"c\":3}", "{\"c\":3,\"a\":1,\"b\":2}", true},
    };
    struct arena *arena = arena_new(1 << 20);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct json *a = parse(arena, rows[i].a), *b = parse(arena, rows[i].b);

        if (!CHECK_INT(json_equal_in_meaning(a, b), rows[i].equal) ||
            !CHECK_INT(json_equal_in_meaning(b, a), rows[i].equal))
            printf("#   %s and %s\n", rows[i].a, rows[i].b);
    }
    CHECK(json_equal_in_meaning(NULL, NULL));
    CHECK(json_equal_in_meaning(NULL, parse(arena, "null")));
    arena_free(arena);
}

static void check_raw(struct bytes text, const struct path *path, const char *want)
{
    struct arena *arena = arena_new(1 << 20);
    struct bytes raw = json_raw(text, path);

    CHECK_TEXT(raw.size ? arena_copy(arena, raw) : "", want);
    arena_free(arena);
}

static void copies_verbatim(void)
{
    static const char text[] =
        " { \"n\" : 9007199254740993 , \"e\":1e-0,\"l\":[ 1 ,\"]\\\"}\", {\"x\":[ ]} , 0.10 ],"
        "\"a\\u0062c\":\"\\u0041\",\"\xc3\xa9\":true,\"q\\\"\\\\\\/\":null,\"o\":{\"n\":-1} } ";
    static const struct path root = {0};
    struct bytes whole = BYTES(text);
    const struct path *list = PATH_KEY(&root, "l");

    check_raw(whole, PATH_KEY(&root, "n"), "9007199254740993");
    check_raw(whole, PATH_KEY(&root, "e"), "1e-0");
    check_raw(whole, PATH_INDEX(list, 0), "1");
    check_raw(whole, PATH_INDEX(list, 1), "\"]\\\"}\"");
    check_raw(whole, PATH_INDEX(list, 2), "{\"x\":[ ]}");
    check_raw(whole, PATH_KEY(PATH_INDEX(list, 2), "x"), "[ ]");
    check_raw(whole, PATH_INDEX(list, 3), "0.10");
    check_raw(whole, PATH_KEY(&root, "abc"), "\"\\u0041\"");
    check_raw(whole, PATH_KEY(&root, "\xc3\xa9"), "true");
    check_raw(whole, PATH_KEY(&root, "q\"\\/"), "null");
    check_raw(whole, PATH_KEY(PATH_KEY(&root, "o"), "n"), "-1");
}

static void copies_nothing(void)
{
    static const char text[] = "{\"a\":[1],\"b\":{\"c\":1},\"s\":\"a\"}";
    static const struct path root = {0};
    struct bytes whole = BYTES(text);

    check_raw(whole, PATH_KEY(&root, "c"), "");
    check_raw(whole, PATH_KEY(&root, ""), "");
    check_raw(whole, PATH_KEY(&root, "aa"), "");
    check_raw(whole, PATH_INDEX(&root, 0), "");
    check_raw(whole, PATH_INDEX(PATH_KEY(&root, "a"), 1), "");
    check_raw(whole, PATH_KEY(PATH_KEY(&root, "a"), "c"), "");
    check_raw(whole, PATH_KEY(PATH_KEY(&root, "s"), "a"), "");
    check_raw(BYTES("[]"), PATH_INDEX(&root, 0), "");
    check_raw(BYTES("{}"), PATH_KEY(&root, "a"), "");
    check_raw(whole, &root, text);
}

static void writes(void)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        {" { \"a\" : [ 1 , -2.5 , 1e3 ] , \"b\" : { } } ", "{\"a\":[1,-2.5,1000],\"b\":{}}"},
        {"[true,false,null,[],\"\"]", "[true,false,null,[],\"\"]"},
        {"\"\\\"\\\\\\u0001\\n\xc3\xa9/\"", "\"\\\"\\\\\\u0001\\n\xc3\xa9/\""},
    };
    struct arena *arena = arena_new(1 << 20);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text out = text_new(arena);

        json_write(&out, parse(arena, rows[i].in));
        CHECK_TEXT(text_string(&out), rows[i].out);
    }
    arena_free(arena);
}

/* What is unread is null, whatever it is; what only looks like it is read. */
static void leaves_out_the_unread(void)
{
    static const struct json_unread below[] = {{"x", NULL}, {"y/z", NULL}, {NULL, NULL}};
    static const struct json_unread unread[] = {{"a", below}, {"b", NULL}, {NULL, NULL}};
    static const struct json_limits some = {.depth = 64, .values = 100, .unread = unread};
    static const char *const rows[][2] = {
        {"{\"b\":[1,{\"c\":\"d\"}]}", "{\"b\":null}"},
        {" { \"b\" : 0 , \"c\" : 1 } ", "{\"b\":null,\"c\":1}"},
        {"{\"a\":{\"x\":1,\"y/z\":\"\",\"w\":2}}", "{\"a\":{\"x\":null,\"y/z\":null,\"w\":2}}"},
        {"{\"a\":3,\"c\":{\"b\":4}}", "{\"a\":3,\"c\":{\"b\":4}}"},
        {"{\"a\":{\"a\":{\"x\":5}}}", "{\"a\":{\"a\":{\"x\":5}}}"},
        {"{\"a\":[{\"x\":6}],\"b\":7}", "{\"a\":[{\"x\":6}],\"b\":null}"},
        {"[{\"b\":8}]", "[{\"b\":8}]"},
        {"{\"\\u0062\":9}", "{\"b\":9}"}, /* nobody writes it so, and then it is read */
        {"{\"b\":{\"c\":1,\"c\":2}}", "{\"b\":null}"},
    };
    struct arena *arena = arena_new(1 << 20);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text out = text_new(arena);
        const struct json *value = NULL;
        struct problem problem = {0};

        CHECK_INT(json_parse(arena, bytes_of(rows[i][0]), &some, &value, &problem), JSON_OK);
        json_write(&out, value);
        CHECK_TEXT(text_string(&out), rows[i][1]);
    }
    arena_free(arena);
}

/* It is scanned like the rest, and there is an end to what is left out. */
static void checks_the_unread(void)
{
    static const struct json_unread unread[] = {{"b", NULL}, {NULL, NULL}};
    static const struct json_limits some = {.depth = 3, .values = 8, .unread = unread};
    struct arena *arena = arena_new(1 << 20);
    const struct json *value = NULL;
    struct problem problem = {0};

    CHECK_INT(json_parse(arena, BYTES("{\"b\":[01]}"), &some, &value, &problem), JSON_INVALID);
    CHECK_INT(json_parse(arena, BYTES("{\"b\":[[[]]]}"), &some, &value, &problem), JSON_TOO_LARGE);
    CHECK_INT(json_parse(arena, BYTES("{\"b\":[1,2,3,4,5,6,7]}"), &some, &value, &problem),
              JSON_TOO_LARGE);
    CHECK_INT(json_parse(arena, BYTES("{\"b\":1,\"b\":2}"), &some, &value, &problem), JSON_INVALID);
    CHECK(value == NULL);
    arena_free(arena);
}

static void leaves_out_so_many(void)
{
    static struct json_unread unread[26 + 1];
    static const struct json_limits some = {.depth = 2, .values = 100, .unread = unread};
    static char names[26][2];
    struct arena *arena = arena_new(1 << 20);
    struct text text = text_new(arena);
    const struct json *value = NULL;
    struct problem problem = {0};
    size_t left_out = 0;

    for (size_t i = 0; i < 26; i++) {
        names[i][0] = (char)('a' + i);
        unread[i].key = names[i];
        text_printf(&text, "%c\"%s\":%zu", i ? ',' : '{', names[i], i);
    }
    text_putc(&text, '}');
    CHECK_INT(json_parse(arena, text_bytes(&text), &some, &value, &problem), JSON_OK);
    CHECK_INT(json_count(value), 26);
    for (const struct json *each = json_first(value); each; each = json_next(each))
        left_out += json_kind(each) == JSON_NULL;
    CHECK_INT(left_out, 8);
    arena_free(arena);
}

TEST_MAIN(TEST(reads_values), TEST(reads_absence), TEST(reads_integers), TEST(compares),
          TEST(copies_verbatim), TEST(copies_nothing), TEST(writes), TEST(leaves_out_the_unread),
          TEST(checks_the_unread), TEST(leaves_out_so_many))
