/* SPDX-License-Identifier: Apache-2.0 */
#include "core/json.h"
#include "test.h"

static const struct json_limits limits = {.depth = 64, .values = 1000};

/* A literal with its size, so that it may hold any byte. */
#define ROW(literal)                                                                               \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }

/* RFC 8259, one row a clause. */
static const struct bytes good[] = {ROW("null"),
                                    ROW("true"),
                                    ROW("false"),
                                    ROW("\"\""),
                                    ROW("0"),
                                    ROW("-0"),
                                    ROW("1"),
                                    ROW("-1"),
                                    ROW("10"),
                                    ROW("1234567890"),
                                    ROW("0.5"),
                                    ROW("-0.5"),
                                    ROW("1.000"),
                                    ROW("0e0"),
                                    ROW("1e1"),
                                    ROW("1E1"),
                                    ROW("1e+1"),
                                    ROW("1e-1"),
                                    ROW("0e-00"),
                                    ROW("123.456e78"),
                                    ROW("-0.0e+0"),
                                    ROW("1e999"),
                                    ROW("123456789012345678901234567890"),
                                    ROW("[]"),
                                    ROW("{}"),
                                    ROW("[[]]"),
                                    ROW("[{}]"),
                                    ROW("{\"\":0}"),
                                    ROW("{\"a\":{}}"),
                                    ROW("{\"a\":1,\"A\":2}"),
                                    ROW("[1,2,3]"),
                                    ROW("[null,null]"),
                                    ROW("[\"a\",1,{},[],true,false,null]"),
                                    ROW("{\"a\":[1,{\"b\":null}],\"c\":\"d\"}"),
                                    ROW(" \t\r\n1 \t\r\n"),
                                    ROW(" [ 1 , 2 ] "),
                                    ROW(" { \"a\" : 1 , \"b\" : 2 } "),
                                    ROW("\"plain\""),
                                    ROW("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
                                    ROW("\"\\u0041\""),
                                    ROW("\"\\u0001\""),
                                    ROW("\"\\u00e9\""),
                                    ROW("\"\\uABCD\""),
                                    ROW("\"\\uabcd\""),
                                    ROW("\"\\uffff\""),
                                    ROW("\"\\ud83d\\ude00\""),
                                    ROW("\"\\uD800\\uDC00\""),
                                    ROW("\"\\uDBFF\\uDFFF\""),
                                    ROW("\"\\\\u0000\""),
                                    ROW("\"\x7f\""),
                                    ROW("\"\xc2\x80\""),
                                    ROW("\"\xdf\xbf\""),
                                    ROW("\"\xe0\xa0\x80\""),
                                    ROW("\"\xed\x9f\xbf\""),
                                    ROW("\"\xee\x80\x80\""),
                                    ROW("\"\xef\xbf\xbf\""),
                                    ROW("\"\xf0\x90\x80\x80\""),
                                    ROW("\"\xf4\x8f\xbf\xbf\""),
                                    ROW("{\"\xc3\xa9\":1}"),
                                    ROW("\"/*\"")};

static const struct bytes bad[] = {
    /* nothing, or not one value */
    ROW(""), ROW(" "), ROW("1 2"), ROW("{}{}"), ROW("[],"), ROW("[]]"), ROW("null\0"), ROW("\0"),
    ROW("\xef\xbb\xbf{}"), /* a byte order mark */
    ROW("#"),
    /* words */
    ROW("nul"), ROW("nulll"), ROW("True"), ROW("NULL"), ROW("tru"), ROW("undefined"), ROW("NaN"),
    ROW("Infinity"), ROW("-Infinity"), ROW("nan"),
    /* numbers */
    ROW("+1"), ROW("-"), ROW("--1"), ROW("01"), ROW("-01"), ROW("00"), ROW("1."), ROW(".5"),
    ROW("-.5"), ROW("1.e1"), ROW("1e"), ROW("1e+"), ROW("1E-"), ROW("1e1.5"), ROW("0x10"),
    ROW("1_000"), ROW("1,000"), ROW("1 000"), ROW("1a"), ROW("0e"), ROW("1.2.3"),
    ROW("\xd9\xa1"), /* a digit, but no ASCII digit */
    /* arrays */
    ROW("["), ROW("]"), ROW("[1"), ROW("[1,"), ROW("[1,]"), ROW("[,1]"), ROW("[,]"), ROW("[1,,2]"),
    ROW("[1 2]"), ROW("[1}"), ROW("[1:2]"), ROW("[1;2]"),
    /* objects */
    ROW("{"), ROW("}"), ROW("{\"a\""), ROW("{\"a\":"), ROW("{\"a\":1"), ROW("{\"a\":1,"),
    ROW("{\"a\":1,}"), ROW("{,}"), ROW("{,\"a\":1}"), ROW("{\"a\":1,,\"b\":2}"), ROW("{\"a\" 1}"),
    ROW("{\"a\"::1}"), ROW("{\"a\",1}"), ROW("{\"a\":1 \"b\":2}"), ROW("{a:1}"), ROW("{'a':1}"),
    ROW("{1:1}"), ROW("{null:1}"), ROW("{\"a\"}"), ROW("{\"a\":}"), ROW("{:1}"), ROW("{\"a\":1]"),
    ROW("{[]:1}"),
    /* blanks and comments */
    ROW("\f1"), ROW("\v1"), ROW("\xc2\xa0\x31"), ROW("/**/1"), ROW("1//"), ROW("[1,/* one */2]"),
    ROW("# no\n1"),
    /* strings */
    ROW("\""), ROW("\"a"), ROW("\"\\"), ROW("\"\\\""), ROW("'a'"), ROW("a"), ROW("\"\n\""),
    ROW("\"\t\""), ROW("\"\x1f\""), ROW("\"\0\""), ROW("\"a\0b\""), ROW("\"\\a\""), ROW("\"\\v\""),
    ROW("\"\\0\""), ROW("\"\\x41\""), ROW("\"\\'\""), ROW("\"\\\n\""), ROW("\"\\U0041\""),
    ROW("\"\\u\""), ROW("\"\\u4\""), ROW("\"\\u004\""), ROW("\"\\u004"), ROW("\"\\u00g0\""),
    ROW("\"\\u+041\""), ROW("\"\\u{41}\""), ROW("\"\\u0000\""), /* cJSON cuts the string here */
    ROW("{\"a\\u0000b\":1}"), ROW("\"\\ud800\""), ROW("\"\\udc00\""), ROW("\"\\ud800x\""),
    ROW("\"\\ud800\\n\""), ROW("\"\\ud800\\u0041\""), ROW("\"\\ud800\\ud800\""),
    ROW("\"\\udc00\\ud800\""), ROW("\"\\ud83d\\"), ROW("\"\\ud83d\\u"), ROW("\"\\ud83d\\ude0\""),
    /* RFC 3629: overlong, surrogate, above U+10FFFF, cut short, stray */
    ROW("\"\x80\""), ROW("\"\xbf\""), ROW("\"\xc0\x80\""), ROW("\"\xc1\xbf\""), ROW("\"\xc2\""),
    ROW("\"\xc2\x41\""), ROW("\"\xe0\x80\x80\""), ROW("\"\xe0\x9f\xbf\""), ROW("\"\xe2\x82\""),
    ROW("\"\xed\xa0\x80\""), ROW("\"\xed\xbf\xbf\""), ROW("\"\xf0\x80\x80\x80\""),
    ROW("\"\xf0\x8f\xbf\xbf\""), ROW("\"\xf0\x9f\x98\""), ROW("\"\xf4\x90\x80\x80\""),
    ROW("\"\xf5\x80\x80\x80\""), ROW("\"\xf8\x88\x80\x80\x80\""), ROW("\"\xfe\""), ROW("\"\xff\""),
    ROW("\"\xc2"), ROW("\"\xf0\x9f"), ROW("{\"\xe9\":1}")};

/* Printable, for the report of a row. */
static const char *shown(struct arena *arena, struct bytes row)
{
    struct text out = text_new(arena);

    for (size_t i = 0; i < row.size; i++) {
        unsigned char c = (unsigned char)row.data[i];

        if (c >= 0x20 && c < 0x7f)
            text_putc(&out, (char)c);
        else
            text_printf(&out, "<%02x>", c);
    }
    return text_string(&out);
}

/* Exactly the row's bytes on the heap, so that AddressSanitizer sees one too many read. */
static struct bytes exact(struct arena *arena, struct bytes row)
{
    char *copy = arena_take(arena, row.size);

    if (!copy || !row.size)
        return (struct bytes){copy, 0};
    memcpy(copy, row.data, row.size);
    return (struct bytes){copy, row.size};
}

static void check_row(struct bytes row, enum json_status want)
{
    struct arena *arena = arena_new(1 << 20);
    struct problem problem = {0};
    const struct json *value = NULL;
    struct bytes text = exact(arena, row);
    enum json_status scanned = json_scan(text, &limits, &problem);
    enum json_status parsed = json_parse(arena, text, &limits, &value, &problem);

    if (!CHECK_INT(scanned, want) || !CHECK_INT(parsed, want))
        printf("#   in %s\n", shown(arena, row));
    CHECK((value != NULL) == (want == JSON_OK));
    CHECK((problem.message[0] != '\0') == (want != JSON_OK));
    arena_free(arena);
}

static void accepts(void)
{
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        check_row(good[i], JSON_OK);
}

static void refuses(void)
{
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        check_row(bad[i], JSON_INVALID);
}

/* Every text that is cut short is refused, whatever it was: but for numbers at the root. */
static void refuses_every_prefix(void)
{
    static const char whole[] = "{\"a\":[1,-2.5e+3,\"\\u00e9\\n\xc3\xa9\",true,null,{}],\"b\":{}}";

    for (size_t size = 0; size < sizeof whole - 1; size++)
        check_row((struct bytes){whole, size}, JSON_INVALID);
    check_row((struct bytes){whole, sizeof whole - 1}, JSON_OK);
}

static void says_where(void)
{
    static const struct {
        const char *text, *message;
        unsigned line, column;
    } rows[] = {
        {"{\"a\":1,\n \"b\":01}", "a number with a leading zero", 2, 8},
        {"[1,\n\n2", "an array without its end", 3, 2},
        {"{\"a\" 1}", "a member without its colon", 1, 6},
        {"{1}", "a member without a \"name\"", 1, 2},
        {"[1] x", "text behind the end of the JSON value", 1, 5},
        {"[\"\\u0000\"]", "\\u0000 in a string", 1, 9},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct problem problem = {0};

        CHECK_INT(json_scan(bytes_of(rows[i].text), &limits, &problem), JSON_INVALID);
        CHECK_TEXT(problem.message, rows[i].message);
        CHECK_INT(problem.line, rows[i].line);
        CHECK_INT(problem.column, rows[i].column);
    }
}

/* The scan keeps no names, so json_parse() alone sees this; readers disagree on which one counts.
 */
static void refuses_duplicate_names(void)
{
    static const char *const texts[] = {
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"\\u0061\":2}",
        "[{\"b\":{\"c\":1,\"d\":2,\"c\":3}}]",
        "{\"\":1,\"\":2}",
        ("{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"k\":1,"
         "\"l\":1,\"m\":1,\"n\":1,\"e\":1}"),
    };
    struct arena *arena = arena_new(1 << 20);

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct problem problem = {0};
        const struct json *value = NULL;

        CHECK_INT(json_parse(arena, bytes_of(texts[i]), &limits, &value, &problem), JSON_INVALID);
        CHECK(value == NULL);
        CHECK(strstr(problem.message, "stands twice") != NULL);
    }
    arena_free(arena);
}

static void bounds_depth(void)
{
    static const struct json_limits shallow = {.depth = 3, .values = 100};
    struct problem problem = {0};

    CHECK_INT(json_scan(BYTES("[[[1]]]"), &shallow, &problem), JSON_OK);
    CHECK_INT(json_scan(BYTES("[{\"a\":[]}]"), &shallow, &problem), JSON_OK);
    CHECK_INT(json_scan(BYTES("[[[[]]]]"), &shallow, &problem), JSON_TOO_LARGE);
    CHECK_TEXT(problem.message, "nested too deep");
    CHECK_INT(json_scan(BYTES("[[],[],[[]],{\"a\":{}}]"), &shallow, &problem), JSON_OK);
}

/* However deep a caller would go: cJSON's own limit is 1,000, and the stack has one too. */
static void bounds_depth_for_everybody(void)
{
    static const struct json_limits deep = {.depth = 100000, .values = 100000};
    static char text[100000];
    struct problem problem = {0};

    memset(text, '[', 512);
    memset(text + 512, ']', 512);
    CHECK_INT(json_scan((struct bytes){text, 1024}, &deep, &problem), JSON_OK);
    memset(text, '[', sizeof text);
    CHECK_INT(json_scan((struct bytes){text, sizeof text}, &deep, &problem), JSON_TOO_LARGE);
}

static void bounds_values(void)
{
    static const struct json_limits few = {.depth = 10, .values = 4};
    struct problem problem = {0};

    CHECK_INT(json_scan(BYTES("[1,2,3]"), &few, &problem), JSON_OK);
    CHECK_INT(json_scan(BYTES("[1,2,3,4]"), &few, &problem), JSON_TOO_LARGE);
    CHECK_TEXT(problem.message, "too many values");
    CHECK_INT(json_scan(BYTES("{\"a\":{\"b\":[{}]}}"), &few, &problem), JSON_OK);
    CHECK_INT(json_scan(BYTES("{\"a\":{\"b\":[{},0]}}"), &few, &problem), JSON_TOO_LARGE);
}

/* cJSON cuts a longer number in silence. */
static void bounds_numbers(void)
{
    char text[64] = {0};
    struct problem problem = {0};

    memset(text, '1', 60);
    CHECK_INT(json_scan(bytes_of(text), &limits, &problem), JSON_OK);
    text[60] = '1';
    CHECK_INT(json_scan(bytes_of(text), &limits, &problem), JSON_INVALID);
}

static void needs_memory(void)
{
    struct arena *arena = arena_new(256);
    const struct json *value = NULL;
    struct problem problem = {0};

    CHECK_INT(json_parse(arena, BYTES("[1,2,3,4,5,6,7,8,9,10]"), &limits, &value, &problem),
              JSON_NO_MEMORY);
    CHECK(arena_exhausted(arena));
    CHECK(value == NULL);
    arena_free(arena);
}

/* Whatever was read, what is written is JSON: 1e999 has no number to write. */
static void writes_json(void)
{
    struct arena *arena = arena_new(1 << 20);

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct text out = text_new(arena);
        const struct json *value = NULL;
        struct problem problem = {0};

        CHECK_INT(json_parse(arena, good[i], &limits, &value, &problem), JSON_OK);
        json_write(&out, value);
        if (!CHECK_INT(json_scan(text_bytes(&out), &limits, &problem), JSON_OK))
            printf("#   %s became %s\n", shown(arena, good[i]), text_string(&out));
    }
    arena_free(arena);
}

TEST_MAIN(TEST(accepts), TEST(refuses), TEST(refuses_every_prefix), TEST(says_where),
          TEST(refuses_duplicate_names), TEST(bounds_depth), TEST(bounds_depth_for_everybody),
          TEST(bounds_values), TEST(bounds_numbers), TEST(needs_memory), TEST(writes_json))
