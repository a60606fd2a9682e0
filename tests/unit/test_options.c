/* SPDX-License-Identifier: Apache-2.0 */
#include "core/nearest.h"
#include "core/options.h"
#include "core/wrap.h"
#include "test.h"

#include <stddef.h>

struct settings {
    bool strict;
    const char *cert, *output;
    struct option_list names;
    int64_t backlog, delay, room;
};

static const struct option table[] = {
    {.name = "tls-cert",
     .kind = OPTION_STRING,
     .offset = offsetof(struct settings, cert),
     .argument = "FILE",
     .help = "The certificate chain in PEM, the server's own first."},
    {.name = "output",
     .letter = 'o',
     .kind = OPTION_CHOICE,
     .offset = offsetof(struct settings, output),
     .argument = "text|json",
     .standard = "text",
     .choices = "text|json",
     .help = "How to write what was found."},
    {.name = "client-name",
     .kind = OPTION_LIST,
     .offset = offsetof(struct settings, names),
     .argument = "NAME",
     .standard = "nobody",
     .help = "Who may call."},
    {.name = "backlog",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct settings, backlog),
     .argument = "N",
     .standard = "128",
     .min = 1,
     .max = 4096,
     .help = "Connections that wait."},
    {.name = "drain-delay-with-a-long-name",
     .letter = 'd',
     .kind = OPTION_DURATION,
     .offset = offsetof(struct settings, delay),
     .argument = "TIME",
     .standard = "5s",
     .min = 0,
     .max = 3600 * 1000,
     .help = "How long to serve on after SIGTERM, so that every API server has seen that the "
             "endpoint went away."},
    {.name = "room",
     .kind = OPTION_SIZE,
     .offset = offsetof(struct settings, room),
     .argument = "SIZE",
     .standard = "64Mi",
     .min = 1024,
     .max = (int64_t)3 << 30,
     .help = "How much may wait."},
    {.name = "strict",
     .letter = 's',
     .kind = OPTION_FLAG,
     .offset = offsetof(struct settings, strict),
     .help = "Warnings count too."},
};

static const struct command command = {
    .name = "try",
    .usage = "FILE...",
    .summary = "Try it",
    .help = "Tries a file.\n\n.Twice.",
    .example = "prog try a-b\nprog try -o json c\\d",
    .options = table,
    .option_count = sizeof table / sizeof *table,
};

static struct arena *arena;
static struct settings settings;
static struct option_rest rest;
static struct problem problem;
static const char *variable, *variable_value;

static char *environment(const char *name)
{
    /* NOLINTNEXTLINE(performance-no-int-to-ptr): getenv() drops the const, too */
    return variable && strcmp(name, variable) == 0 ? (char *)(size_t)variable_value : NULL;
}

/* One argument a word. The words live until the next call. */
static enum options_status read_line(const char *line)
{
    static char words[512], *argv[48];
    int argc = 1;

    (void)snprintf(words, sizeof words, "%s", line);
    for (char *word = words; *word && argc < 47; argc++) {
        size_t size = strcspn(word, " ");

        argv[argc] = word;
        word += size + (word[size] == ' ');
        argv[argc][size] = '\0';
    }
    memset(&settings, 0xff, sizeof settings);
    problem = (struct problem){{0}, 0, 0};
    return options_read(arena, &command, argc, argv, environment, &settings, &rest, &problem);
}

static void nothing_given_is_the_defaults(void)
{
    CHECK_INT(read_line(""), OPTIONS_OK);
    CHECK(!settings.strict);
    CHECK(!settings.cert);
    CHECK_TEXT(settings.output, "text");
    CHECK_INT(settings.names.count, 1);
    CHECK_INT(settings.backlog, 128);
    CHECK_INT(settings.delay, 5000);
    CHECK_INT(rest.count, 0);
}

static void flags_are_spelt_in_four_ways(void)
{
    CHECK_INT(read_line("--tls-cert a --backlog=7 -o json -d2m -s"), OPTIONS_OK);
    CHECK_TEXT(settings.cert, "a");
    CHECK_INT(settings.backlog, 7);
    CHECK_TEXT(settings.output, "json");
    CHECK_INT(settings.delay, 120000);
    CHECK(settings.strict);
    CHECK_INT(read_line("--tls-cert=--odd=x --strict=false"), OPTIONS_OK);
    CHECK_TEXT(settings.cert, "--odd=x");
    CHECK(!settings.strict);
}

static void other_arguments_keep_their_order(void)
{
    CHECK_INT(read_line("a -s - --tls-cert x b -- -o --help"), OPTIONS_OK);
    CHECK_INT(rest.count, 5);
    CHECK_TEXT(rest.items[0], "a");
    CHECK_TEXT(rest.items[1], "-");
    CHECK_TEXT(rest.items[2], "b");
    CHECK_TEXT(rest.items[3], "-o");
    CHECK_TEXT(rest.items[4], "--help");
    CHECK_TEXT(settings.cert, "x");
}

static void a_list_grows_and_replaces_its_default(void)
{
    CHECK_INT(read_line("--client-name a --client-name b,c"), OPTIONS_OK);
    CHECK_INT(settings.names.count, 2);
    CHECK_TEXT(settings.names.items[0], "a");
    CHECK_TEXT(settings.names.items[1], "b,c");
}

static void the_environment_is_between_default_and_flag(void)
{
    variable = "RAYSERVICE_WEBHOOK_CLIENT_NAME";
    variable_value = "a,,b,";
    CHECK_INT(read_line(""), OPTIONS_OK);
    CHECK_INT(settings.names.count, 2);
    CHECK_TEXT(settings.names.items[1], "b");
    CHECK_INT(read_line("--client-name c"), OPTIONS_OK);
    CHECK_INT(settings.names.count, 1);
    CHECK_TEXT(settings.names.items[0], "c");
    variable_value = "";
    CHECK_INT(read_line(""), OPTIONS_OK);
    CHECK_TEXT(settings.names.items[0], "nobody");
    variable = "RAYSERVICE_WEBHOOK_BACKLOG";
    variable_value = "many";
    CHECK_INT(read_line(""), OPTIONS_INVALID);
    CHECK_TEXT(problem.message, "RAYSERVICE_WEBHOOK_BACKLOG many: must be a number from 1 to 4096");
    CHECK_INT(read_line("--backlog 1"), OPTIONS_OK);
    variable = NULL;
}

static void wrong_input_says_what_to_write(void)
{
    static const struct {
        const char *line, *message;
    } cases[] = {
        {"--tls-crt a", "there is no flag --tls-crt; did you mean --tls-cert?"},
        {"--zzzzzzz", "there is no flag --zzzzzzz; see --help"},
        {"-x", "there is no flag -x; see --help"},
        {"-sx", "there is no flag -sx; see --help"},
        {"--tls-cert", "--tls-cert needs a value: --tls-cert FILE"},
        {"--tls-cert --strict", "--tls-cert needs a value: --tls-cert FILE"},
        {"--backlog 0", "--backlog 0: must be a number from 1 to 4096"},
        {"--backlog 4097", "--backlog 4097: must be a number from 1 to 4096"},
        {"--backlog -1", "--backlog -1: must be a number from 1 to 4096"},
        {"--backlog=", "--backlog : must be a number from 1 to 4096"},
        {"--backlog 99999999999999999999",
         "--backlog 99999999999999999999: must be a number from 1 to 4096"},
        {"--backlog 1x", "--backlog 1x: must be a number from 1 to 4096"},
        {"-d 5", "--drain-delay-with-a-long-name 5: must be a time with its unit, like 500ms, "
                 "10s, 2m or 1h"},
        {"-d 2h", "--drain-delay-with-a-long-name 2h: must be a time from 0s to 1h"},
        {"-d 9223372036854775807h", "--drain-delay-with-a-long-name 9223372036854775807h: must be "
                                    "a time with its unit, like 500ms, 10s, 2m or 1h"},
        {"--room lots", "--room lots: must be a size in bytes or with its unit, like 64Mi or 1Gi"},
        {"--room 1000", "--room 1000: must be a size from 1Ki to 3Gi"},
        {"--room 4Gi", "--room 4Gi: must be a size from 1Ki to 3Gi"},
        {"--room -64Mi", "--room -64Mi: must be a size from 1Ki to 3Gi"},
        {"-o xml", "--output xml: must be one of text|json"},
        {"-o tex", "--output tex: must be one of text|json"},
        {"-o text|json", "--output text|json: must be one of text|json"},
        {"--strict=maybe", "--strict maybe: must be true or false"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_INT(read_line(cases[i].line), OPTIONS_INVALID);
        CHECK_TEXT(problem.message, cases[i].message);
    }
}

static void durations_have_units(void)
{
    static const struct {
        const char *line;
        int64_t milliseconds;
    } cases[] = {{"-d 0", 0}, {"-d 250ms", 250}, {"-d 10s", 10000}, {"-d1h", 3600000}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_INT(read_line(cases[i].line), OPTIONS_OK);
        CHECK_INT(settings.delay, cases[i].milliseconds);
    }
}

static void sizes_are_quantities(void)
{
    static const struct {
        const char *line;
        int64_t bytes;
    } cases[] = {{"", 64 << 20},
                 {"--room 1024", 1024},
                 {"--room 1k", -1},
                 {"--room 2k", 2000},
                 {"--room 1.5Gi", (int64_t)3 << 29},
                 {"--room 100M", 100000000}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_INT(read_line(cases[i].line), cases[i].bytes < 0 ? OPTIONS_INVALID : OPTIONS_OK);
        CHECK(cases[i].bytes < 0 || settings.room == cases[i].bytes);
    }
}

static void a_list_has_a_bound(void)
{
    static char line[512];

    for (int i = 0; i < OPTION_LIST_MAX; i++)
        strcat(line, "--client-name=n ");
    CHECK_INT(read_line(line), OPTIONS_OK);
    CHECK_INT(settings.names.count, OPTION_LIST_MAX);
    CHECK_INT(read_line(strcat(line, "--client-name=n")), OPTIONS_INVALID);
    CHECK_TEXT(problem.message, "--client-name n: must be one of at most 16");
}

static void help_is_asked_for_before_the_rest_is_right(void)
{
    CHECK_INT(read_line("a --help --no-such"), OPTIONS_HELP);
    CHECK_INT(read_line("-h"), OPTIONS_HELP);
}

static void help_fits_a_terminal(void)
{
    struct text help = text_new(arena);

    options_help(&help, "prog", &command);
    CHECK_TEXT(text_string(&help),
               "Usage: prog try [FLAG]... FILE...\n"
               "\n"
               "Tries a file.\n"
               "\n"
               ".Twice.\n"
               "\n"
               "Flags:\n"
               "      --tls-cert FILE     The certificate chain in PEM, the server's own first.\n"
               "  -o, --output text|json  How to write what was found. Default: text.\n"
               "      --client-name NAME  Who may call. May be repeated. Default: nobody.\n"
               "      --backlog N         Connections that wait. Default: 128.\n"
               "  -d, --drain-delay-with-a-long-name TIME\n"
               "                          How long to serve on after SIGTERM, so that every API\n"
               "                          server has seen that the endpoint went away. Default:\n"
               "                          5s.\n"
               "      --room SIZE         How much may wait. Default: 64Mi.\n"
               "  -s, --strict            Warnings count too.\n"
               "  -h, --help              Show this.\n"
               "\n"
               "Each flag may be set in the environment too, as --tls-cert by\n"
               "RAYSERVICE_WEBHOOK_TLS_CERT.\n"
               "\n"
               "Examples:\n"
               "  prog try a-b\n"
               "  prog try -o json c\\d\n");
}

static void the_manual_escapes_what_roff_would_eat(void)
{
    struct text manual = text_new(arena);
    const char *page;

    options_manual(&manual, "prog", &command);
    page = text_string(&manual);
    CHECK(strstr(page, "\n.PP\n\\&.Twice.\n"));
    CHECK(strstr(page, "\nprog try \\-o json c\\ed\n.EE\n"));
    CHECK(strstr(page, ".TP\n\\fB\\-o\\fR, \\fB\\-\\-output\\fR \\fItext|json\\fR\nHow to write"));
    CHECK(strstr(page, "Default: 128.\nEnvironment: RAYSERVICE_WEBHOOK_BACKLOG.\n"));
}

static void long_paragraphs_are_wrapped(void)
{
    struct text out = text_new(arena);

    wrap(&out, "äöü äöü  abc\nd  e fgh", 2, 1, 9);
    CHECK_TEXT(text_string(&out), "äöü äöü\n abc\n d  e fgh");
}

static void near_words_are_found(void)
{
    static const struct {
        const char *word, *best;
    } cases[] = {
        {"chekc", "check"}, {"CHECK", "check"}, {"vers", NULL}, {"ruls", "rules"},
        {"x", NULL},        {"help", NULL},     {"", NULL},     {"admitt", "admit"},
    };

    static const char *const names[] = {"serve", "check", "admit", "rules", "version"};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nearest nearest = nearest_to(cases[i].word);

        for (size_t j = 0; j < 5; j++)
            nearest_offer(&nearest, names[j]);
        CHECK_TEXT(nearest.best, cases[i].best);
    }
}

static void no_memory_is_no_success(void)
{
    struct arena *full = arena_new(0);
    char *argv[] = {(char[]){"try"}};

    CHECK_INT(options_read(full, &command, 1, argv, environment, &settings, &rest, &problem),
              OPTIONS_INVALID);
    CHECK_TEXT(problem.message, "out of memory");
    arena_free(full);
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

TEST_MAIN(TEST(set_up), TEST(nothing_given_is_the_defaults), TEST(flags_are_spelt_in_four_ways),
          TEST(other_arguments_keep_their_order), TEST(a_list_grows_and_replaces_its_default),
          TEST(the_environment_is_between_default_and_flag), TEST(wrong_input_says_what_to_write),
          TEST(durations_have_units), TEST(sizes_are_quantities), TEST(a_list_has_a_bound),
          TEST(help_is_asked_for_before_the_rest_is_right), TEST(help_fits_a_terminal),
          TEST(the_manual_escapes_what_roff_would_eat), TEST(long_paragraphs_are_wrapped),
          TEST(near_words_are_found), TEST(no_memory_is_no_success), TEST(tear_down))
