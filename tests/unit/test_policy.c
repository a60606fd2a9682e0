/* SPDX-License-Identifier: Apache-2.0 */
#include "admission/policy.h"
#include "core/json.h"
#include "ray/version_range.h"
#include "rules/rule.h"
#include "test.h"

#define HEAD "apiVersion: rayservice-webhook/v1\nkind: Policy\n"

/* Each is behind HEAD, so its first line is line 3. */
static const struct {
    const char *text;
    unsigned line, column;
    const char *message;
} bad[] = {
    {"limit: {}\n", 3, 1, "unknown key \"limit\"; did you mean limits?"},
    {"zzz: 1\n", 3, 1,
     "unknown key \"zzz\"; known are apiVersion, kind, kuberay, inject, rules, atMost, limits, "
     "namespaces, "
     "exemptions"},
    {"limits:\n  worker: 3\n", 4, 3, "limits: unknown key \"worker\"; did you mean workers?"},
    {"limits: {workers: -1}\n", 3, 19, "limits.workers: \"-1\": write a whole number, 0 or more"},
    {"limits: {workers: 99999999999}\n", 3, 19,
     "limits.workers: \"99999999999\": write a whole number, 0 or more"},
    {"limits: {gpus: [1]}\n", 3, 16, "limits.gpus: write a whole number, 0 or more"},
    {"limits: {rayVersions: [\"2.40\", \"~2.40\"]}\n", 3, 32,
     "limits.rayVersions[1]: \"~2.40\": write \">=2.40\", \"2.52\" or \">=2.40,<2.50\""},
    {"limits: {rayVersions: 2.40}\n", 3, 23, "limits.rayVersions: \"2.40\": write a list: [a, b]"},
    {"limits: {imagePrefixes: [\"a b\"]}\n", 3, 26,
     "limits.imagePrefixes[0]: \"a b\": write the beginning of a name, without blanks"},
    {"limits: 3\n", 3, 9, "limits: \"3\": write a mapping: key: value"},
    {"inject: {workerProbe: \"true\"}\n", 3, 23,
     "inject.workerProbe: \"true\": write true, false or audit"},
    {"rules: {worker-without-replika: warn}\n", 3, 9,
     "rules: there is no rule \"worker-without-replika\"; did you mean worker-without-replica?"},
    {"rules: {zzz: warn}\n", 3, 9, "rules: there is no rule \"zzz\"; see rayservice-webhook rules"},
    {"rules: {worker-without-replica: error}\n", 3, 33,
     "rules.worker-without-replica: \"error\": write deny, warn, audit, off or default"},
    {"rules: {worker-without-replica: on}\n", 3, 33,
     "rules.worker-without-replica: \"on\": write deny, warn, audit, off or default"},
    {"rules: {\"*\": [deny]}\n", 3, 14, "rules.*: write deny, warn, audit, off or default"},
    {"rules: {head-not-isolated: deny}\n", 3, 28,
     "rules.head-not-isolated: this rule speaks while injecting, where nothing is denied: write "
     "warn, audit or off"},
    {"rules: [a]\n", 3, 8, "rules: write a mapping: {worker-without-replica: warn}"},
    {"rules: {}\nrules: {}\n", 4, 1, "\"rules\" stands in line 3 already; keep one of the two"},
    {"rules: {\"*\": warn, \"*\": deny}\n", 3, 20,
     "\"*\" stands in line 3 already; keep one of the two"},
    {"namespaces:\n- rules: {}\n", 4, 3,
     "namespaces[0]: match is missing: write match: [\"team-*\"]"},
    {"namespaces:\n- match: [Team]\n", 4, 11,
     "namespaces[0].match[0]: \"Team\": write small letters, digits, - and the signs * (any) and ? "
     "(one), as in team-*"},
    {"namespaces: {match: [a]}\n", 3, 13, "namespaces: write a list of mappings"},
    {"exemptions:\n- {namespace: a, name: b, rules: [replica-fits-node], until: 2027-01-31, "
     "reason: r}\n",
     4, 35,
     "exemptions[0].rules[0]: there is no rule \"replica-fits-node\"; did you mean "
     "replica-fits-no-node?"},
    {"exemptions:\n- {namespace: a, name: b, rules: [\"*\"], until: 2027-02-29, reason: r}\n", 4,
     48, "exemptions[0].until: \"2027-02-29\": write a day like 2027-01-31"},
    {"exemptions:\n- {namespace: a, name: b, rules: [\"*\"], until: soon, reason: r}\n", 4, 48,
     "exemptions[0].until: \"soon\": write a day like 2027-01-31"},
    {"exemptions:\n- {namespace: a, name: b, rules: [\"*\"], reason: r}\n", 4, 3,
     "exemptions[0]: until is missing: write until: 2027-01-31"},
    {"exemptions:\n- {namespace: a, name: b, rules: [\"*\"], until: 2027-01-31, reason: \"\"}\n", 4,
     68, "exemptions[0].reason: \"\": write one line of at most 100 characters"},
    {"limits: {imagePrefixes: [\"a\\u009b\"]}\n", 3, 26,
     "limits.imagePrefixes[0]: \"a \": write the beginning of a name, without blanks"},
    {"kuberay: latest\n", 3, 10, "kuberay: \"latest\": write the version, like \"1.7\""},
    {"kuberay: \"0.6\"\n", 3, 10, "kuberay: \"0.6\": write the version, like \"1.7\""},
    {"kuberay: 17\n", 3, 10, "kuberay: \"17\": write the version, like \"1.7\""},
    {"kuberay: 1.10\n", 3, 10, "kuberay: 1.10 is no text to YAML: write it in quotes, \"1.10\""},
    {"limits: {rayVersions: [2.50]}\n", 3, 24,
     "limits.rayVersions[0]: 2.50 is no text to YAML: write it in quotes, \"2.50\""},
    {"limits: {imagePrefixes: [true]}\n", 3, 26,
     "limits.imagePrefixes[0]: true is no text to YAML: write it in quotes, \"true\""},
    {"limits: {workers: 1.5}\n", 3, 19, "limits.workers: \"1.5\": write a whole number, 0 or more"},
    {"limits: {workers: 010}\n", 3, 19,
     "limits.workers: \"010\": write it without the zero in front"},
    {"limits: {workers: 1_000}\n", 3, 19,
     "limits.workers: \"1_000\": write a whole number, 0 or more"},
    {"inject: [a]\n", 3, 9, "inject: write a mapping: key: value"},
    {"inject: {headNumCpu: true}\n", 3, 10,
     "inject: unknown key \"headNumCpu\"; did you mean headNumCpus?"},
    {"inject: {zzz: true}\n", 3, 10,
     "inject: unknown key \"zzz\"; known are headNumCpus, workerProbe"},
    {"inject: {workerProbe: yes}\n", 3, 23,
     "inject.workerProbe: \"yes\": write true, false or audit"},
    {"rules: {worker-without-replica: no}\n", 3, 33,
     "rules.worker-without-replica: \"no\": write deny, warn, audit, off or default"},
    {"atMost: off\n", 3, 9, "atMost: \"off\": write deny, warn or audit"},
    {"namespaces: [{match: [a], atMost: [warn]}]\n", 3, 35,
     "namespaces[0].atMost: write deny, warn or audit"},
    {"namespaces: [a]\n", 3, 14, "namespaces[0]: \"a\": write a mapping: key: value"},
    {"namespaces:\n- match: a\n", 4, 10, "namespaces[0].match: \"a\": write a list: [a, b]"},
    {"namespaces:\n- match:\n", 4, 9, "namespaces[0].match: write a list: [a, b]"},
    {"namespaces:\n- {match: [a], limit: {}}\n", 4, 16,
     "namespaces[0]: unknown key \"limit\"; did you mean limits?"},
    {"exemptions: 3\n", 3, 13, "exemptions: \"3\": write a list of mappings"},
    {"exemptions:\n- {namespace: a, name: b, rules: a, until: 2027-01-31, reason: r}\n", 4, 34,
     "exemptions[0].rules: \"a\": write a list: [a, b]"},
    {"exemptions:\n- {namespace: a, name: b, rules: [[]], until: 2027-01-31, reason: r}\n", 4, 35,
     "exemptions[0].rules[0]: write a rule's name, or \"*\""},
    {"exemptions:\n- {namespace: a, name: b c}\n", 4, 24,
     "exemptions[0].name: \"b c\": write small letters, digits, - . and the signs * (any) and ? "
     "(one)"},
    {"exemptions:\n- {namespace: a, name: 123}\n", 4, 24,
     "exemptions[0].name: 123 is no text to YAML: write it in quotes, \"123\""},
    {"exemptions:\n- {name: b, rules: [\"*\"], until: 2027-01-31, reason: r}\n", 4, 3,
     "exemptions[0]: namespace is missing: write namespace: legacy"},
    {"exemptions:\n- {namespace: a, rules: [\"*\"], until: 2027-01-31, reason: r}\n", 4, 3,
     "exemptions[0]: name is missing: write name: old-svc"},
    {"exemptions:\n- {namespace: a, name: b, until: 2027-01-31, reason: r}\n", 4, 3,
     "exemptions[0]: rules is missing: write rules: [replicas-exceed-capacity]"},
    {"exemptions:\n- {namespace: a, name: b, rules: [\"*\"], until: 2027-01-31}\n", 4, 3,
     "exemptions[0]: reason is missing: write reason: moves in January"},
    {"exemptions:\n- {nmae: a}\n", 4, 4, "exemptions[0]: unknown key \"nmae\"; did you mean name?"},
    {"---\nkind: Other\n", 3, 1, "a second document begins here; a policy is one"},
};

static const struct policy *read_text(struct arena *arena, const char *text,
                                      struct problem *problem)
{
    *problem = (struct problem){.message = "it was taken"};
    return policy_read(arena, bytes_of(text), problem);
}

static void errors_have_a_place(void)
{
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct arena *arena = arena_new(POLICY_ARENA_LIMIT);
        struct problem problem;

        CHECK(!read_text(arena, arena_printf(arena, HEAD "%s", bad[i].text), &problem));
        CHECK_TEXT(problem.message, bad[i].message);
        CHECK_INT(problem.line, bad[i].line);
        if (!CHECK_INT(problem.column, bad[i].column))
            printf("# %s\n", bad[i].text);
        arena_free(arena);
    }
}

/* A hundred characters, two bytes each. */
#define TEN "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define BECAUSE(reason)                                                                            \
    HEAD "exemptions:\n- {namespace: a, name: b, rules: [\"*\"], until: 2027-01-31, "              \
         "reason: " reason "}\n"

static void characters_are_counted(void)
{
    struct arena *arena = arena_new(POLICY_ARENA_LIMIT);
    struct problem problem;

    CHECK(read_text(arena, BECAUSE(HUNDRED), &problem));
    CHECK(!read_text(arena, BECAUSE(HUNDRED "x"), &problem));
    arena_free(arena);
}

static void limits_of_the_file(void)
{
    struct arena *arena = arena_new(POLICY_ARENA_LIMIT);
    struct text large = text_new(arena);
    struct problem problem;

    CHECK(!read_text(arena, "a: [[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]\n", &problem));
    CHECK_TEXT(problem.message, "more than 16 levels deep");
    text_puts(&large, HEAD "#");
    while (large.size <= POLICY_LARGEST)
        text_puts(&large, "0123456789abcdef");
    CHECK(!policy_read(arena, text_bytes(&large), &problem));
    CHECK_TEXT(problem.message, "1048592 bytes of YAML; at most 1048576 are read");
    arena_free(arena);
}

static void the_head_is_needed(void)
{
    struct arena *arena = arena_new(POLICY_ARENA_LIMIT);
    struct problem problem;

    CHECK(!read_text(arena, "", &problem));
    CHECK_TEXT(problem.message, "write a mapping: key: value");
    CHECK(!read_text(arena, "kind: Policy\n", &problem));
    CHECK_TEXT(problem.message, "apiVersion is missing: write apiVersion: rayservice-webhook/v1");
    CHECK(!read_text(arena, "apiVersion: rayservice-webhook/v2\nkind: Policy\n", &problem));
    CHECK_TEXT(problem.message,
               "apiVersion: \"rayservice-webhook/v2\": write rayservice-webhook/v1");
    CHECK_INT(problem.column, 13);
    CHECK(!read_text(arena, "apiVersion: rayservice-webhook/v1\n", &problem));
    CHECK_TEXT(problem.message, "kind is missing: write kind: Policy");
    CHECK(!read_text(arena, "apiVersion: rayservice-webhook/v1\nkind: policy\n", &problem));
    CHECK_TEXT(problem.message, "kind: \"policy\": write Policy");
    CHECK(!read_text(arena, "a: [\n", &problem));
    CHECK_INT(problem.line, 2);
    arena_free(arena);
}

static void nothing_said_is_the_default(void)
{
    struct arena *arena = arena_new(POLICY_ARENA_LIMIT);
    struct problem problem;
    const struct policy *policy =
        read_text(arena, HEAD "limits:\nnamespaces:\nrules:\ninject:\n", &problem);

    if (CHECK(policy)) {
        CHECK(policy->inject_head_num_cpus && policy->inject_worker_probe);
        CHECK(!ray_release_known(policy->kuberay));
        CHECK(!policy->scope.levels.of_rule);
        CHECK_INT(policy->namespaces.count, 0);
        for (size_t i = 0; i < LIMIT_NUMBERS; i++)
            CHECK(!policy->scope.limits.numbers[i].set);
    }
    arena_free(arena);
}

static const char whole[] = HEAD
    "kuberay: \"1.10\"\n"
    "inject: {headNumCpus: false}\n"
    "rules: {worker-without-replica: off, injection-lost: deny, \"*\": audit}\n"
    "limits: {workers: 0, gpus: 8, rayVersions: [\">=2.40\", \"2.52\"]}\n"
    "namespaces:\n"
    "- match: [\"team-*\", x]\n"
    "  rules: {worker-without-replica: default}\n"
    "  limits: {gpus: 9}\n"
    "exemptions:\n"
    "- {namespace: old, name: a.b, rules: [injection-lost], until: 2028-02-29, reason: moves}\n";

static void check_scopes(const struct policy *policy)
{
    const struct policy_namespace *namespaces = policy->namespaces.items;
    const struct policy_levels *levels = &policy->scope.levels;
    size_t rule = rule_index("worker-without-replica");

    CHECK_INT(levels->of_rule[rule], POLICY_OFF);
    CHECK_INT(levels->of_rule[rule_index("injection-lost")], POLICY_DENY);
    CHECK_INT(levels->of_rule[0], POLICY_UNSAID);
    CHECK_INT(levels->others, POLICY_AUDIT);
    CHECK(policy->scope.limits.numbers[LIMIT_WORKERS].set);
    CHECK_INT(policy->scope.limits.numbers[LIMIT_WORKERS].most, 0);
    CHECK_TEXT(policy->scope.limits.lists[LIMIT_RAY_VERSIONS].items[1], "2.52");
    CHECK_INT(policy->namespaces.count, 1);
    CHECK_TEXT(namespaces[0].match.items[1], "x");
    CHECK_INT(namespaces[0].scope.levels.of_rule[rule], POLICY_DEFAULT);
    CHECK_INT(namespaces[0].scope.limits.numbers[LIMIT_GPUS].most, 9);
    CHECK(!namespaces[0].scope.limits.numbers[LIMIT_WORKERS].set);
}

static void all_of_it_is_read(void)
{
    struct arena *arena = arena_new(POLICY_ARENA_LIMIT);
    struct problem problem;
    const struct policy *policy = read_text(arena, whole, &problem);

    if (CHECK(policy)) {
        const struct policy_exemption *exemptions = policy->exemptions.items;

        CHECK_INT(policy->kuberay.minor, 10);
        CHECK_INT(policy->inject_head_num_cpus, POLICY_INJECT_NOT);
        CHECK_INT(policy->inject_worker_probe, POLICY_INJECT);
        check_scopes(policy);
        CHECK_INT(policy->exemptions.count, 1);
        CHECK_INT(exemptions[0].until, 20280229);
        CHECK_TEXT(exemptions[0].name, "a.b");
        CHECK_TEXT(exemptions[0].reason, "moves");
        CHECK_TEXT(exemptions[0].rules.items[0], "injection-lost");
    } else {
        printf("# %u:%u: %s\n", problem.line, problem.column, problem.message);
    }
    arena_free(arena);
}

/* With less memory: no policy and a problem, or the whole one. */
static void memory_may_end(void)
{
    size_t read = 0, refused = 0;

    for (size_t limit = 0; limit < 64 * 1024; limit += 256) {
        struct arena *arena = arena_new(limit);
        struct problem problem = {0};
        const struct policy *policy = read_text(arena, whole, &problem);

        if (policy)
            CHECK_INT(((const struct policy_exemption *)policy->exemptions.items)->until, 20280229);
        else
            CHECK_TEXT(problem.message, "no memory for it");
        *(policy ? &read : &refused) += 1;
        arena_free(arena);
    }
    CHECK(read > 0 && refused > 0);
}

static void days(void)
{
    CHECK_INT(policy_day(0), 19700101);
    CHECK_INT(policy_day(951782399), 20000228);
    CHECK_INT(policy_day(951782400), 20000229);
    CHECK_INT(policy_day(951868800), 20000301);
    CHECK_INT(policy_day(1801439999), 20270131);
    CHECK_INT(policy_day(1801440000), 20270201);
    CHECK_INT(policy_day(4107542399), 21000228);
    CHECK_INT(policy_day(4107542400), 21000301);
}

static void ranges(void)
{
    static const struct {
        const char *range, *release;
        int has; /* -1: no range */
    } rows[] = {
        {">=2.40", "2.40.0", 1},
        {">=2.40", "2.39.9", 0},
        {">2.40", "2.40.3", 0},
        {">2.40", "2.41.0", 1},
        {"<=2.40", "2.40.3", 1},
        {"<2.40", "2.40.0", 0},
        {"<2.40.1", "2.40.0", 1},
        {"2.52", "2.52.1", 1},
        {"=2.52.0", "2.52.1", 0},
        {">=2.40, <2.50", "2.49.0", 1},
        {">=2.40,<2.50", "2.50.0", 0},
        {" >= 2.40 ", "2.52.0", 1},
        {"", "2.52.0", -1},
        {"2", "2.0.0", -1},
        {"==2.52", "2.52.0", -1},
        {">=2.40,", "2.52.0", -1},
        {"2.52.0rc1", "2.52.0", -1},
        {">=2.40 <2.50", "2.52.0", -1},
        {"=>2.40", "2.52.0", -1},
        {"v2.40", "2.40.0", -1},
        {"2.40.1.2", "2.40.1", -1},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!CHECK_INT(version_range_is_good(rows[i].range), rows[i].has >= 0) ||
            !CHECK_INT(version_range_has(rows[i].range, ray_release_parse(rows[i].release)),
                       rows[i].has == 1))
            printf("# %s\n", rows[i].range);
    }
}

static void the_schema_is_json(void)
{
    static const struct json_limits limits = {.depth = 20, .values = 10000};
    struct arena *arena = arena_new(POLICY_ARENA_LIMIT);
    struct text out = text_new(arena);
    struct problem problem = {0};
    const struct json *schema = NULL;

    policy_schema_write(&out);
    CHECK_INT(json_parse(arena, text_bytes(&out), &limits, &schema, &problem), JSON_OK);
    CHECK_TEXT(json_string(json_get(schema, "properties.kind.const")), "Policy");
    CHECK_INT(json_count(json_get(schema, "properties.rules.properties")), rule_count() + 1);
    arena_free(arena);
}

TEST_MAIN(TEST(errors_have_a_place), TEST(characters_are_counted), TEST(limits_of_the_file),
          TEST(the_head_is_needed), TEST(nothing_said_is_the_default), TEST(all_of_it_is_read),
          TEST(memory_may_end), TEST(days), TEST(ranges), TEST(the_schema_is_json))
