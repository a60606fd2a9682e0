/* SPDX-License-Identifier: Apache-2.0 */
#include "core/columns.h"
#include "core/finding.h"
#include "core/path.h"
#include "core/text.h"
#include "test.h"

#include <stdint.h>

static struct arena *arena;

static void characters_have_a_width(void)
{
    static const struct {
        const char *text;
        size_t columns;
    } rows[] = {
        {"", 0},
        {"abc", 3},
        {"\u00e9\u03b1\u0436", 3},
        {"\u65e5\u672c", 4},
        {"\ud55c\uae00", 4},
        {"\uff76\uff9e", 2}, /* halfwidth kana */
        {"\uff21", 2},       /* a fullwidth letter */
        {"\U0001f680", 2},
        {"e\u0301", 1},
        {"\u200b\ufe0f\ufeff", 0},
        {"\u25a0\u2026\u00d7", 3}, /* ambiguous: narrow */
        {"\U00020000\U0003fffd", 4},
        {"\xff\xc3", 2}, /* no UTF-8 */
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!CHECK_INT(columns_of(bytes_of(rows[i].text)), rows[i].columns))
            printf("# %s\n", rows[i].text);
}

static void strings_are_escaped_for_json(void)
{
    struct text text = text_new(arena);

    text_json_bytes(&text, (struct bytes){"a\"b\\c\n\x01\x00é/\x7f", 12});
    CHECK_TEXT(text_string(&text), "\"a\\\"b\\\\c\\n\\u0001\\u0000é/\\u007f\"");
}

static void text_is_escaped_for_html(void)
{
    struct text text = text_new(arena), plain = text_new(arena);

    text_html(&text, "<a b=\"c\" d='e'>&lt;\x01\x7f\n\té</a>");
    CHECK_TEXT(text_string(&text), "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;lt;"
                                   "\xef\xbf\xbd\xef\xbf\xbd\n\té&lt;/a&gt;");
    text_html(&plain, "");
    CHECK_TEXT(text_string(&plain), "");
}

static void base64_pads(void)
{
    static const char *const want[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="};

    for (size_t i = 0; i < 5; i++) {
        struct text text = text_new(arena);

        text_base64(&text, (struct bytes){"foob", i});
        CHECK_TEXT(text_string(&text), want[i]);
    }
}

static void paths_have_two_notations(void)
{
    const struct path root = {0};
    const struct path *spec = PATH_KEY(&root, "spec");
    const struct path serve = path_child_text(PATH_KEY(spec, "serveConfigV2"));
    const struct path *app = PATH_INDEX(PATH_KEY(&serve, "applications"), 3);
    struct text field = text_new(arena), odd = text_new(arena), pointer = text_new(arena);

    path_field(&field, PATH_KEY(app, "name"));
    CHECK_TEXT(text_string(&field), "spec.serveConfigV2: applications[3].name");
    path_field(&odd, PATH_KEY(spec, "a.b/c"));
    CHECK_TEXT(text_string(&odd), "spec[\"a.b/c\"]");
    path_pointer(&pointer, PATH_INDEX(PATH_KEY(spec, "a~b/c"), 0));
    CHECK_TEXT(text_string(&pointer), "/spec/a~0b~1c/0");
}

static void findings_are_sorted_and_stable(void)
{
    struct findings findings = findings_new(arena);
    const struct path root = {0};
    char names[64] = "";

    for (int i = 0; i < 5; i++) {
        findings.rule = (const char *[]){"w2", "d1", "w1", "w1", "d0"}[i];
        findings.level = findings.rule[0] == 'd' ? LEVEL_DENY : LEVEL_WARN;
        findings.order = (unsigned)(findings.rule[1] - '0');
        report(&findings, &root, "", "%d", i);
    }
    findings_sort(&findings);
    for (const struct finding *each = findings.first; each; each = each->next)
        strcat(strcat(names, each->rule), each->message);
    CHECK_TEXT(names, "d04d11w12w13w20");
    CHECK(findings_deny(&findings));
}

static void numbers_are_decimal(void)
{
    static const size_t rows[] = {0, 9, 10, 1234567890, SIZE_MAX};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text out = text_new(arena);

        text_number(&out, rows[i]);
        CHECK_TEXT(text_string(&out), arena_printf(arena, "%zu", rows[i]));
    }
}

static void set_up(void)
{
    arena = arena_new(1024 * 1024);
}

static void tear_down(void)
{
    arena_free(arena);
}

TEST_MAIN(TEST(set_up), TEST(characters_have_a_width), TEST(strings_are_escaped_for_json),
          TEST(text_is_escaped_for_html), TEST(base64_pads), TEST(paths_have_two_notations),
          TEST(findings_are_sorted_and_stable), TEST(numbers_are_decimal), TEST(tear_down))
