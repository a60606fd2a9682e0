/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/manifest/field.h"
#include "cli/manifest/locate.h"
#include "cli/manifest/scalar.h"
#include "test.h"

static struct arena *arena;

/* What to look for in each RayService of a text, and where it was found. */
struct search {
    struct finding finding;
    struct place places[4];
    unsigned lines[4];
    size_t count, troubles;
    struct problem problem;
};

static void found(void *context, const struct manifest *manifest)
{
    struct search *search = context;

    if (search->count == 4)
        return;
    search->lines[search->count] = manifest->line;
    search->places[search->count++] = locate(arena, manifest, &search->finding);
}

static void trouble(void *context, const char *file, const struct problem *problem)
{
    struct search *search = context;

    (void)file;
    search->problem = *problem;
    search->troubles++;
}

static struct search search_for(const char *text, const char *field, unsigned line, unsigned column)
{
    struct search search = {.finding = {.field = field, .line = line, .column = column}};
    const struct manifest_sink sink = {.context = &search, .object = found, .trouble = trouble};

    manifests_read("f", bytes_of(text), &sink);
    return search;
}

static bool place_is(const struct search *search, unsigned line, unsigned column)
{
    bool found_one = CHECK_INT(search->count, 1);
    bool line_good = CHECK_INT(search->places[0].line, line);

    return CHECK_INT(search->places[0].column, column) && line_good && found_one;
}

static bool is_at(const char *text, const char *field, unsigned line, unsigned column)
{
    struct search search = search_for(text, field, 0, 0);

    return place_is(&search, line, column);
}

/* The text's line and column, and where in the file they are. */
static bool text_is_at(const char *file, unsigned text_line, unsigned text_column, unsigned line,
                       unsigned column)
{
    struct search search = search_for(file, "spec.serveConfigV2: a.b", text_line, text_column);

    return place_is(&search, line, column);
}

#define HEAD "apiVersion: ray.io/v1\nkind: RayService\n"

static void fields_lead_to_yaml_nodes(void)
{
    static const char text[] = HEAD "spec:\n"
                                    "  list:\n"
                                    "  - {a.b: 1, \"q\\\"x\": 2}\n"
                                    "  - plain: v\n"
                                    "    empty:\n";

    CHECK(is_at(text, "kind", 2, 7));
    CHECK(is_at(text, "spec", 3, 1));
    CHECK(is_at(text, "spec.list", 4, 3));
    CHECK(is_at(text, "spec.list[0][\"a.b\"]", 5, 11));
    CHECK(is_at(text, "spec.list[0][\"q\\\"x\"]", 5, 22));
    CHECK(is_at(text, "spec.list[1].plain", 6, 12));
    CHECK(is_at(text, "", 1, 1));
}

static void lines_are_those_that_editors_count(void)
{
    CHECK(is_at("# \302\205# \342\200\250# x\r# y\n" HEAD "spec:\n  text: t\n", "spec.text", 5, 9));
}

static void what_is_absent_is_at_what_is_around_it(void)
{
    static const char text[] = HEAD "spec:\n  list:\n  - {a: 1}\n  text: t\n";

    CHECK(is_at(text, "metadata.name", 1, 1));
    CHECK(is_at(text, "spec.none.deeper", 3, 1));
    CHECK(is_at(text, "spec.list[7].a", 4, 3));
    CHECK(is_at(text, "spec.list[0].b", 5, 5));
    CHECK(is_at(text, "spec.text.below", 6, 3));
}

static void fields_lead_to_json_values(void)
{
    static const char text[] = "\n{\"apiVersion\": \"ray.io/v1\", \"kind\": \"RayService\",\n"
                               " \"spec\": {\"l\": [1,\n  {\"k\": \"v\"}]}}\n";

    CHECK(is_at(text, "kind", 2, 37));
    CHECK(is_at(text, "spec.l[0]", 3, 17));
    CHECK(is_at(text, "spec.l[1].k", 4, 9));
    CHECK(is_at(text, "spec.l[1].none", 4, 3));
}

static void documents_and_lists_keep_their_lines(void)
{
    static const char text[] = "# first\n---\nkind: ConfigMap\n--- # third\n\n" HEAD
                               "---\napiVersion: v1\nkind: List\nitems:\n- apiVersion: ray.io/v1\n"
                               "  kind: RayService\n- {kind: RayService, apiVersion: ray.io/v1}\n";
    struct search search = search_for(text, "kind", 0, 0);

    CHECK_INT(search.count, 3);
    CHECK_INT(search.troubles, 0);
    CHECK_INT(search.lines[0], 6);
    CHECK_INT(search.places[0].line, 7);
    CHECK_INT(search.lines[1], 12);
    CHECK_INT(search.places[1].line, 13);
    CHECK_INT(search.places[2].line, 14);
    CHECK_INT(search.places[2].column, 10);
}

static void json_objects_follow_each_other(void)
{
    static const char text[] =
        "{\"kind\": \"x\"}\n"
        "{\"kind\": \"RayService\", \"apiVersion\": \"ray.io/v1\"}\n"
        "{\"kind\": \"RayServiceList\", \"items\": [{\"kind\": \"RayService\",\n"
        "\"apiVersion\": \"ray.io/v1\"} , {\"kind\": \"}\\\"]\"}]}";
    struct search search = search_for(text, "apiVersion", 0, 0);

    CHECK_INT(search.count, 2);
    CHECK_INT(search.lines[0], 2);
    CHECK_INT(search.places[0].column, 38);
    CHECK_INT(search.lines[1], 3);
    CHECK_INT(search.places[1].line, 4);
}

static void literal_text_is_verbatim_but_for_its_indentation(void)
{
    static const char text[] = HEAD "spec:\n  serveConfigV2: |\n    one:\n    - two: x\n\n"
                                    "      three: y\n";

    CHECK(text_is_at(text, 1, 1, 5, 5));
    CHECK(text_is_at(text, 2, 3, 6, 7));
    CHECK(text_is_at(text, 2, 8, 6, 12));
    CHECK(text_is_at(text, 4, 3, 8, 7));
    CHECK(text_is_at(text, 4, 10, 8, 14));
    /* In the indentation of a line: there. */
    CHECK(text_is_at(text, 4, 1, 8, 5));
    CHECK(text_is_at(text, 4, 2, 8, 6));
    /* Behind the end of a line: behind it in the file. */
    CHECK(text_is_at(text, 1, 5, 5, 9));
}

static void literal_text_may_begin_with_blank_lines(void)
{
    CHECK(text_is_at(HEAD "spec:\n  serveConfigV2: |2-  # note\n\n     b: 1\n", 2, 2, 6, 6));
    CHECK(text_is_at(HEAD "spec:\n  serveConfigV2: &anchor !!str |+\n    b: 1\n", 1, 4, 5, 8));
    CHECK(text_is_at(HEAD "spec:\r\n  serveConfigV2: |\r\n    a: 1\r\n    b: 2\r\n", 2, 4, 6, 8));
}

static void other_styles_are_followed_too(void)
{
    /* "a: 1\nb: {c: \"d\"}\n" */
    CHECK(text_is_at(HEAD "spec: {serveConfigV2: \"a: 1\\nb: {c: \\\"d\\\"}\\n\"}\n", 2, 5, 3, 34));
    CHECK(text_is_at(HEAD "spec: {serveConfigV2: \"\\u00e9: 1\\x20\\\n    b\"}\n", 1, 7, 4, 5));
    /* 'it''s: {x: 1}' */
    CHECK(text_is_at(HEAD "spec: {serveConfigV2: 'it''s: {x: 1}'}\n", 1, 8, 3, 32));
    /* Folded: two lines become one. */
    CHECK(text_is_at(HEAD "spec:\n  serveConfigV2: >\n    {a: 1,\n    b: 2}\n", 1, 8, 6, 5));
    CHECK(text_is_at(HEAD "spec:\n  serveConfigV2: a\n    b\n", 1, 3, 5, 5));
}

static void text_in_json_is_followed_through_its_escapes(void)
{
    static const char text[] = "{\"apiVersion\":\"ray.io/v1\",\"kind\":\"RayService\",\"spec\":\n"
                               "{\"serveConfigV2\":\"\\ud83d\\ude00: 1\\n\\tb: \\\"c\\\"\"}}";

    CHECK(text_is_at(text, 1, 5, 2, 31));
    CHECK(text_is_at(text, 2, 2, 2, 38));
    CHECK(text_is_at(text, 2, 5, 2, 41));
}

static void a_place_outside_the_text_is_the_text_itself(void)
{
    CHECK(text_is_at(HEAD "spec:\n  serveConfigV2: |\n    a: 1\n", 9, 1, 4, 18));
    CHECK(text_is_at(HEAD "spec:\n  serveConfigV2: 7\n", 1, 1, 4, 18));
    CHECK(text_is_at(HEAD "spec: {}\n", 1, 1, 3, 1));
}

static void what_kubectl_refuses_is_trouble(void)
{
    static const struct {
        const char *text;
        unsigned line, column;
        const char *message;
    } cases[] = {
        {"a: 1\n---x\nb: 2\n", 2, 1, "only a comment may stand behind ---"},
        {"a: 1\n---\nb: [\n", 4, 1, NULL},
        {"{\"a\":1}\n{\"b\":}\n", 2, 6, NULL},
        {"\377\376a"
         "a",
         1, 1, "UTF-16: save it as UTF-8"},
        {"a: 1\n...\nb: 2\n", 3, 1,
         "kubectl ignores what follows: start a document with a line ---"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct search search = search_for(cases[i].text, "", 0, 0);

        CHECK_INT(search.troubles, 1);
        CHECK_INT(search.problem.line, cases[i].line);
        CHECK_INT(search.problem.column, cases[i].column);
        if (cases[i].message)
            CHECK_TEXT(search.problem.message, cases[i].message);
    }
}

static void nothing_is_no_trouble(void)
{
    static const char *const texts[] = {
        "", "\n", "# only\n", "---\n---\n", "\357\273\277a: 1\n", "{a: 1, b: 2}", "null", "- 1\n",
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct search search = search_for(texts[i], "", 0, 0);

        CHECK_INT(search.troubles, 0);
        CHECK_INT(search.count, 0);
    }
}

/* Every place in every short text stays inside it: for the sanitizers. */
static void odd_sources_are_survived(void)
{
    static const char *const sources[] = {"|", ">", "\"\\", "\"\\u12", "'", "& ", "!t", "*a", "\\"};

    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        size_t offset = 0;
        bool good = scalar_place(bytes_of(sources[i]), 0, BYTES("a b\nc"), 2, 1, &offset);

        CHECK(!good || offset < strlen(sources[i]));
    }
}

static void set_up(void)
{
    arena = arena_new((size_t)1 << 20);
    CHECK(arena);
}

static void tear_down(void)
{
    CHECK(!arena_exhausted(arena));
    arena_free(arena);
}

TEST_MAIN(TEST(set_up), TEST(fields_lead_to_yaml_nodes), TEST(lines_are_those_that_editors_count),
          TEST(what_is_absent_is_at_what_is_around_it), TEST(fields_lead_to_json_values),
          TEST(documents_and_lists_keep_their_lines), TEST(json_objects_follow_each_other),
          TEST(literal_text_is_verbatim_but_for_its_indentation),
          TEST(literal_text_may_begin_with_blank_lines), TEST(other_styles_are_followed_too),
          TEST(text_in_json_is_followed_through_its_escapes),
          TEST(a_place_outside_the_text_is_the_text_itself), TEST(what_kubectl_refuses_is_trouble),
          TEST(nothing_is_no_trouble), TEST(odd_sources_are_survived), TEST(tear_down))
