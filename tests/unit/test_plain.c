/* SPDX-License-Identifier: Apache-2.0 */
#include "core/finding.h"
#include "core/plain.h"
#include "test.h"

static void checks_sequences(void)
{
    static const struct {
        struct bytes text;
        size_t length;
    } rows[] = {
        {{"", 0}, 0},
        {{"a", 1}, 1},
        {{"\x7f", 1}, 1},
        {{"\0", 1}, 1},
        {{"\x80", 1}, 0},
        {{"\xc1\xbf", 2}, 0},
        {{"\xc2\x80", 2}, 2},
        {{"\xc2", 1}, 0},
        {{"\xdf\xbf\xbf", 3}, 2},
        {{"\xe0\x9f\xbf", 3}, 0},
        {{"\xe0\xa0\x80", 3}, 3},
        {{"\xed\x9f\xbf", 3}, 3},
        {{"\xed\xa0\x80", 3}, 0},
        {{"\xef\xbf\xbf", 3}, 3},
        {{"\xf0\x8f\xbf\xbf", 4}, 0},
        {{"\xf0\x90\x80\x80", 4}, 4},
        {{"\xf0\x90\x80", 3}, 0},
        {{"\xf4\x8f\xbf\xbf", 4}, 4},
        {{"\xf4\x90\x80\x80", 4}, 0},
        {{"\xf5\x80\x80\x80", 4}, 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!CHECK_INT(utf8_sequence(rows[i].text), rows[i].length))
            printf("#   row %zu\n", i);
}

static void makes_plain(void)
{
    static const struct {
        const char *in;
        size_t limit;
        const char *out;
    } rows[] = {
        {"", 10, ""},
        {"plain", 10, "plain"},
        {"plain", 3, "pla"},
        {"plain", 0, ""},
        {"a\tb\nc\x1b[31md\x7f", 99, "a b c [31md "},
        {"a\xc2\x85z\xc2\x9fy\xc2\xa0", 99, "a z y\xc2\xa0"},
        {"\xc3\xa9\xf0\x9f\x98\x80", 99, "\xc3\xa9\xf0\x9f\x98\x80"},
        {"\xc3\xa9\xf0\x9f\x98\x80", 5, "\xc3\xa9"},
        {"\xc3\xa9\xf0\x9f\x98\x80", 6, "\xc3\xa9\xf0\x9f\x98\x80"},
        {"cut\xf0\x9f\x98", 99, "cut"},
        {"cut\xc3 on\xff", 99, "cut on"},
    };
    struct arena *arena = arena_new(1 << 20);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text out = text_new(arena);

        text_plain(&out, bytes_of(rows[i].in), rows[i].limit);
        CHECK_TEXT(text_string(&out), rows[i].out);
    }
    arena_free(arena);
}

/* What a rule quotes may be cut inside a character, and may hold anything: the finding does not. */
static void reports_plain_text(void)
{
    static const struct path root = {0};
    struct arena *arena = arena_new(1 << 20);
    struct findings findings = findings_new(arena);
    const struct finding *finding;

    findings_begin(&findings, "some-rule", LEVEL_WARN, 0);
    finding = report(&findings, PATH_KEY(&root, "a\nb"), "type\tthis", "\"%.3s\" and \x1b[0m",
                     "xy\xc3\xa9");
    CHECK_TEXT(finding->field, "a b");
    CHECK_TEXT(finding->message, "\"xy\" and  [0m");
    CHECK_TEXT(finding->fix, "type this");
    arena_free(arena);
}

TEST_MAIN(TEST(checks_sequences), TEST(makes_plain), TEST(reports_plain_text))
