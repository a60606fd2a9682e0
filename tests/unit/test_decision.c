/* SPDX-License-Identifier: Apache-2.0 */
#include "admission/decision.h"
#include "rules/rule.h"
#include "test.h"

static struct arena *arena;
static struct problem problem;
static const struct path spec = {.key = "spec"};

static struct verdict verdict_of(bool allowed)
{
    return (struct verdict){
        .allowed = allowed, .findings = findings_new(arena), .patch = patch_new(arena)};
}

static void find(struct verdict *verdict, const char *rule, enum level level)
{
    findings_begin(&verdict->findings, rule, level, (unsigned)rule_index(rule));
    CHECK(report(&verdict->findings, &spec, "", "something"));
}

static enum json_status read_line(const char *line, struct decision_record *ret)
{
    problem = (struct problem){{0}, 0, 0};
    return decision_record_read(arena, bytes_of(line), ret, &problem);
}

static const char *line_of(const struct decision_record *record)
{
    struct text line = text_new(arena);

    decision_record_begin(&line, record);
    text_put(&line, record->review);
    text_puts(&line, DECISION_RECORD_END);
    return text_string(&line);
}

static void a_line_comes_back_as_it_was(void)
{
    struct verdict verdict = verdict_of(true);
    struct decision_record record = {.time = "now",
                                     .version = "1",
                                     .stage = ADMIT_MUTATE,
                                     .uid = "u",
                                     .operation = "CREATE",
                                     .namespace = "n",
                                     .name = "svc \"quoted\"",
                                     .user = "\xc3\xa4",
                                     .dry_run = true,
                                     .review = BYTES("{\"a\": [1, \"}\"]}")};
    struct decision_record back;

    find(&verdict, "worker-without-replica", LEVEL_WARN);
    find(&verdict, "worker-without-replica", LEVEL_AUDIT);
    find(&verdict, "new-cluster", LEVEL_AUDIT);
    patch_add(&verdict.patch, &spec, BYTES("1"), "head num-cpus");
    patch_add(&verdict.patch, &spec, BYTES("2"), "");
    record.decision = decision_of(arena, &verdict);
    CHECK_TEXT(line_of(&record),
               "{\"stage\":\"mutate\",\"decision\":\"allowed\",\"time\":\"now\",\"version\":\"1\","
               "\"uid\":\"u\",\"operation\":\"CREATE\",\"namespace\":\"n\","
               "\"name\":\"svc \\\"quoted\\\"\",\"user\":\"\xc3\xa4\",\"dryRun\":true,"
               "\"rules\":{\"worker-without-replica\":\"warn\",\"new-cluster\":\"audit\"},"
               "\"injected\":[\"head num-cpus\"],\"injectedCount\":1,"
               "\"review\":{\"a\": [1, \"}\"]}}");
    CHECK_INT(read_line(line_of(&record), &back), JSON_OK);
    CHECK_INT(back.stage, ADMIT_MUTATE);
    CHECK_TEXT(back.name, record.name);
    CHECK_TEXT(back.user, record.user);
    CHECK(back.dry_run && !back.bare);
    CHECK_INT(back.review.size, record.review.size);
    CHECK_INT(decision_compare(&record.decision, &back.decision), DECISION_SAME);
    CHECK_TEXT(line_of(&back), line_of(&record));
}

static void without_an_object_there_is_no_review(void)
{
    struct verdict verdict = verdict_of(false);
    struct decision_record record = {.stage = ADMIT_VALIDATE}, back;

    record.decision = decision_of(arena, &verdict);
    CHECK_INT(read_line(line_of(&record), &back), JSON_OK);
    CHECK(!back.review.size && !back.decision.allowed);
    CHECK_TEXT(back.name, "");
}

static void a_review_alone_is_taken_whole(void)
{
    const char *line = "{\"request\":{},\"kind\":\"AdmissionReview\"}";
    struct decision_record record;

    CHECK_INT(read_line(line, &record), JSON_OK);
    CHECK(record.bare);
    CHECK(record.review.data == line && record.review.size == strlen(line));
}

static void changes_have_two_weights(void)
{
    struct verdict plain = verdict_of(true), warned = verdict_of(true), denied = verdict_of(false);
    struct verdict injected = verdict_of(true), other = verdict_of(true);
    struct decision was = decision_of(arena, &plain), is;

    find(&warned, "new-cluster", LEVEL_WARN);
    patch_add(&injected.patch, &spec, BYTES("1"), "head num-cpus");
    patch_add(&other.patch, &spec, BYTES("1"), "proxy probe in a");
    is = decision_of(arena, &plain);
    CHECK_INT(decision_compare(&was, &is), DECISION_SAME);
    is = decision_of(arena, &warned);
    CHECK_INT(decision_compare(&was, &is), DECISION_WARNS_OTHERWISE);
    is = decision_of(arena, &denied);
    CHECK_INT(decision_compare(&was, &is), DECISION_DIFFERS);
    is = decision_of(arena, &injected);
    CHECK_INT(decision_compare(&was, &is), DECISION_DIFFERS);
    was = decision_of(arena, &other);
    CHECK_INT(decision_compare(&was, &is), DECISION_DIFFERS);
}

static void more_than_are_listed_are_counted(void)
{
    struct verdict many = verdict_of(true), more = verdict_of(true);
    struct decision_record record = {.stage = ADMIT_MUTATE}, back;
    struct decision is;

    for (int i = 0; i < DECISION_INJECTED_MAX + 5; i++) {
        const char *label = arena_printf(arena, "proxy probe in g%d", i);

        patch_add(&many.patch, &spec, BYTES("1"), label);
        patch_add(&more.patch, &spec, BYTES("1"), label);
    }
    patch_add(&more.patch, &spec, BYTES("1"), "one more");
    record.decision = decision_of(arena, &many);
    CHECK_INT(record.decision.injected_count, DECISION_INJECTED_MAX + 5);
    CHECK_INT(read_line(line_of(&record), &back), JSON_OK);
    CHECK_INT(decision_compare(&record.decision, &back.decision), DECISION_SAME);
    is = decision_of(arena, &more);
    CHECK_INT(decision_compare(&record.decision, &is), DECISION_DIFFERS);
}

static void other_lines_are_refused(void)
{
    static const char *const none_of_ours = "neither a line of serve --record nor an "
                                            "AdmissionReview";

    static const struct {
        const char *line, *message;
    } cases[] = {
        {"{}", NULL},
        {"[]", NULL},
        {"[{\"stage\":\"mutate\"}]", NULL},
        {"\"stage\"", NULL},
        {"{\"stage\":\"mutate\"}", NULL},
        {"{\"stage\":\"other\",\"decision\":\"allowed\"}", NULL},
        {"{\"stage\":\"mutate\",\"decision\":\"maybe\"}", NULL},
        {"{\"stage\":1,\"decision\":2}", NULL},
        {"", "the text ends too early"},
        {"{\"stage\":\"mut", "a string without its end"},
    };
    struct decision_record record;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_INT(read_line(cases[i].line, &record), JSON_INVALID);
        CHECK_TEXT(problem.message, cases[i].message ? cases[i].message : none_of_ours);
    }
}

static void odd_members_do_no_harm(void)
{
    struct decision_record record;

    CHECK_INT(read_line("{\"stage\":\"mutate\",\"decision\":\"allowed\",\"name\":7,\"user\":null,"
                        "\"rules\":{\"gone-rule\":\"deny\",\"new-cluster\":7,"
                        "\"head-runs-replicas\":\"loud\"},\"injected\":[1,\"a\"],"
                        "\"injectedCount\":900}",
                        &record),
              JSON_OK);
    CHECK_TEXT(record.name, "");
    CHECK_INT(record.decision.injected_count, 2);
    CHECK_TEXT(record.decision.injected[0], "");
    for (size_t i = 0; i < rule_count(); i++)
        CHECK_INT(record.decision.levels[i], LEVEL_OFF);
}

static void without_memory_there_is_no_record(void)
{
    struct arena *none = arena_new(0);
    struct decision_record record;

    CHECK_INT(decision_record_read(none, BYTES("{\"stage\":\"mutate\",\"review\":{}}"), &record,
                                   &problem),
              JSON_NO_MEMORY);
    arena_free(none);
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

TEST_MAIN(TEST(set_up), TEST(a_line_comes_back_as_it_was),
          TEST(without_an_object_there_is_no_review), TEST(a_review_alone_is_taken_whole),
          TEST(changes_have_two_weights), TEST(more_than_are_listed_are_counted),
          TEST(other_lines_are_refused), TEST(odd_members_do_no_harm),
          TEST(without_memory_there_is_no_record), TEST(tear_down))
