/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of Ray's schema: tables in order, sets of releases, coercions, labels and URIs. */
#include "ray/python_text.h"
#include "ray/schema/table.h"
#include "ray/schema/uri.h"
#include "test.h"

#include <math.h>

static const struct path root = {0};

static void test_releases(void)
{
    struct arena *arena = arena_new(65536);

    CHECK_INT(ray_releases(0, 0), ray_releases(RAY_OLDEST, RAY_NEWEST));
    CHECK_INT(ray_releases(210, 210), 2);
    CHECK_INT(ray_releases(0, 210), 3);
    CHECK_INT(ray_releases(299, 0), 0);
    CHECK_INT(ray_releases(0, 208), 0);
    CHECK_INT(ray_release_set((struct ray_release){2, 9, 3}), 1);
    CHECK_INT(ray_release_set((struct ray_release){2, 8, 0}), 0);
    CHECK_INT(ray_release_set((struct ray_release){2, 61, 0}), 0);
    CHECK_INT(ray_release_set((struct ray_release){3, 10, 0}), 0);
    CHECK_TEXT(ray_releases_name(arena, ray_releases(252, 252)), "2.52");
    CHECK_TEXT(ray_releases_name(arena, ray_releases(210, 254)), "2.10 to 2.54");
    CHECK_TEXT(ray_releases_name(arena, RAY_RELEASE_BIT(246) | RAY_RELEASE_BIT(252)),
               "2.46 and 2.52");
    CHECK_TEXT(ray_releases_name(arena, 0), "");
    arena_free(arena);
}

static void check_rows(const struct ray_object *object, unsigned depth);

static void check_row(const struct ray_field *field, unsigned depth)
{
    const struct ray_shape *shape = field->shape;

    CHECK(ray_releases(field->since, field->until) != 0);
    CHECK(!field->deprecated || ray_releases(field->deprecated, field->until) != 0);
    while (shape->kind == RAY_LIST && shape->items)
        shape = shape->items;
    if (shape->object)
        check_rows(shape->object, depth - 1);
}

/* The walker halves the rows and keeps a slot for each. */
static void check_rows(const struct ray_object *object, unsigned depth)
{
    CHECK(object->count <= RAY_FIELDS_MAX);
    for (size_t i = 0; i < object->count && depth; i++) {
        const struct ray_field *field = &object->fields[i], *before = field - (i > 0);
        int order = strcmp(before->name, field->name);

        CHECK(i == 0 || order < 0 || (order == 0 && before->until && before->until < field->since));
        check_row(field, depth);
    }
}

static void test_rows(void)
{
    check_rows(&ray_config_object, 8);
}

static uint64_t refused(const char *text)
{
    struct arena *arena = arena_new(1 << 20);
    const struct serve_config *config = serve_config_read(arena, text, &root);
    struct ray_faults faults;
    uint64_t releases = 0;

    if (CHECK(config && serve_config_check(arena, config, &faults)))
        releases = ray_faults_refused(&faults);
    arena_free(arena);
    return releases;
}

static void test_first_of_a_release_is_kept(void)
{
    struct arena *arena = arena_new(1 << 22);
    struct text text = text_new(arena);
    const struct serve_config *config;
    struct ray_faults faults;

    text_puts(&text, "applications:\n");
    for (int i = 0; i < 3 * RAY_FAULTS_KEPT; i++)
        text_printf(&text, "- {name: %d.5, import_path: m:a, route_prefix: /a%d}\n", i, i);
    text_puts(&text, "- {name: late, import_path: m, route_prefix: /late}\n");
    config = serve_config_read(arena, text_string(&text), &root);
    if (CHECK(config && serve_config_check(arena, config, &faults))) {
        CHECK_INT(faults.of[RAY_STAGE_SCHEMA].count, 3 * RAY_FAULTS_KEPT + 1);
        CHECK_INT(faults.of[RAY_STAGE_SCHEMA].kept, RAY_FAULTS_KEPT + 1);
        CHECK_INT(ray_faults_refused(&faults), ray_releases(0, 0));
    }
    arena_free(arena);
}

static void test_duplicates(void)
{
    CHECK_INT(refused("applications: [{import_path: m:a}, {import_path: m:b}]"),
              ray_releases(0, 0));
    CHECK_INT(refused("applications: [{import_path: m:a}, {import_path: m:b, name: b, "
                      "route_prefix: null}]"),
              0);
    /* Up to 2.54 the number is the text "1.5" too. */
    CHECK_INT(refused("applications: [{import_path: m:a, name: 1.50, route_prefix: /a}, "
                      "{import_path: m:b, name: '1.5'}]"),
              ray_releases(0, 0));
    CHECK_INT(refused("applications: [{import_path: m:a, name: 1.50, route_prefix: /a}, "
                      "{import_path: m:b, name: '1.50'}]"),
              ray_pydantic_2());
}

static void test_coercions(void)
{
    struct arena *arena = arena_new(1 << 16);
    struct yaml_value text = {.kind = YAML_STRING, .text = BYTES(" 1_000 ")};
    struct yaml_value number = {.kind = YAML_FLOAT, .number = -2.7};

    CHECK_INT(ray_read_integer(arena, &text).releases, ray_releases(0, 0));
    CHECK_INT((long long)ray_read_integer(arena, &text).number, 1000);
    CHECK_INT(ray_read_integer(arena, &number).releases, ray_pydantic_1());
    CHECK_INT((long long)ray_read_integer(arena, &number).number, -2);
    number.number = 1e20;
    CHECK(ray_is_integer(&number));
    number.number = 1e21;
    CHECK(!ray_is_integer(&number));
    arena_free(arena);
}

static void check_integer(const char *text, bool v1, bool v2)
{
    struct arena *arena = arena_new(1 << 20);
    struct python_number read = python_integer(arena, bytes_of(text));

    if (!CHECK(read.v1 == v1 && read.v2 == v2))
        printf("# \"%s\": %d %d\n", text, read.v1, read.v2);
    arena_free(arena);
}

static void check_float(const char *text, bool v1, bool v2)
{
    struct arena *arena = arena_new(1 << 20);
    struct python_number read = python_float(arena, bytes_of(text));

    if (!CHECK(read.v1 == v1 && read.v2 == v2))
        printf("# \"%s\": %d %d\n", text, read.v1, read.v2);
    arena_free(arena);
}

/* What pydantic.v1 and pydantic 2.12 said to each. */
static void test_integers_in_text(void)
{
    check_integer("1", true, true);
    check_integer(" +1\n", true, true);
    check_integer("\xC2\xA0"
                  "1",
                  true, true);
    check_integer("1_0", true, true);
    check_integer("1__0", false, false);
    check_integer("_1", false, false);
    check_integer("1.00", false, true);
    check_integer("1_0.0", false, true);
    check_integer("1.", false, false);
    check_integer("1.5", false, false);
    check_integer("1e3", false, false);
    check_integer("0x1", false, false);
    check_integer("+-1", false, false);
    check_integer("1 0", false, false);
    check_integer("", false, false);
    check_integer("\xD9\xA3", true, false); /* ARABIC-INDIC DIGIT THREE */
    check_integer("\xC3\xA9", false, false);
}

static void test_floats_in_text(void)
{
    check_float("1e3", true, true);
    check_float(".5", true, true);
    check_float("5.", true, true);
    check_float("-iNf", true, true);
    check_float("+nan", true, true);
    check_float("Infinity", true, true);
    check_float("1.0_0", true, true);
    check_float("1e1_0", true, true);
    check_float("1_e5", false, true);
    check_float("1e_5", false, true);
    check_float("infinit", false, false);
    check_float("0x1", false, false);
    check_float(".", false, false);
    check_float("1e", false, false);
    check_float("1,0", false, false);
}

static void test_repr(void)
{
    struct arena *arena = arena_new(65536);

    CHECK_TEXT(python_repr(arena, 1.1), "1.1");
    CHECK_TEXT(python_repr(arena, 0.1 + 0.2), "0.30000000000000004");
    CHECK_TEXT(python_repr(arena, 1e-9), "1e-09");
    CHECK_TEXT(python_repr(arena, 1.5e-9), "1.5e-09");
    CHECK_TEXT(python_repr(arena, 0.0001), "0.0001");
    CHECK_TEXT(python_repr(arena, 1e21), "1e+21");
    CHECK_TEXT(python_repr(arena, -123.456), "-123.456");
    arena_free(arena);
}

static bool label_fits(const char *key, const char *value)
{
    struct yaml_value member = {.kind = YAML_STRING, .key = key, .text = bytes_of(value)};
    struct yaml_value selector = {.kind = YAML_MAPPING, .first = &member, .count = 1};
    struct arena *arena = arena_new(65536);
    const struct yaml_value *wrong;
    bool fits = !ray_label_problem(arena, &selector, true, &wrong);

    arena_free(arena);
    return fits;
}

static void test_labels(void)
{
    CHECK(label_fits("ray.io/market-type", "spot"));
    CHECK(label_fits("a..b/c", ""));
    CHECK(label_fits("/a", "x"));
    CHECK(!label_fits("-a", "x"));
    CHECK(!label_fits("a/", "x"));
    CHECK(!label_fits("a@b/c", "x"));
    CHECK(label_fits("a", "!in(x, y,z)"));
    CHECK(label_fits("a", "(x)"));
    CHECK(label_fits("a", "!x"));
    CHECK(!label_fits("a", "in()"));
    CHECK(!label_fits("a", "in(x,  y)"));
    CHECK(!label_fits("a", "in(x"));
    CHECK(!label_fits("a", "!!x"));
    CHECK(!label_fits("a", "x_"));
    CHECK(label_fits("a", "a23456789012345678901234567890123456789012345678901234567890123"));
    CHECK(!label_fits("a", "a234567890123456789012345678901234567890123456789012345678901234"));
}

static void test_uris(void)
{
    CHECK_INT(ray_uri_schemes(BYTES("HTTPS://h/x.zip")), ray_releases(0, 0));
    CHECK_INT(ray_uri_schemes(BYTES("azure://h/x.zip")), ray_releases(248, 0));
    CHECK_INT(ray_uri_schemes(BYTES("/home/ray")), 0);
    CHECK_INT(ray_uri_schemes(BYTES("")), 0);
    CHECK_INT(ray_uri_schemes(BYTES("ftp://h/x.zip")), 0);
    CHECK_INT(ray_uri_schemes(BYTES("local:///app")), ray_releases(260, 0));
    CHECK_INT(ray_uri_schemes(BYTES("local://app")), 0);
    CHECK_INT(ray_uri_schemes(BYTES("local:///app.zip")), 0);
    CHECK(~ray_uri_archives(BYTES("https://h/x.zip?v=1#x"), true) == 0);
    CHECK(~ray_uri_archives(BYTES("conda://x"), true) == 0);
    CHECK_INT(ray_releases(0, 0) & ray_uri_archives(BYTES("s3://b/x.whl"), true),
              ray_releases(0, 259));
    CHECK(~ray_uri_archives(BYTES("s3://b/x.whl"), false) == 0);
    CHECK_INT(ray_releases(0, 0) & ray_uri_archives(BYTES("s3://b/x.tar.xz"), true),
              ray_releases(260, 0));
    CHECK_INT(ray_releases(0, 0) & ray_uri_archives(BYTES("s3://b/x"), true), 0);
}

TEST_MAIN(TEST(test_releases), TEST(test_rows), TEST(test_first_of_a_release_is_kept),
          TEST(test_duplicates), TEST(test_coercions), TEST(test_integers_in_text),
          TEST(test_floats_in_text), TEST(test_repr), TEST(test_labels), TEST(test_uris))
