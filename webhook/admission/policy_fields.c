/* SPDX-License-Identifier: Apache-2.0 */
#include "admission/policy_fields.h"

#include "ray/version_range.h"
#include "rules/rule.h"

enum { LONGEST_LABEL = 63, LONGEST_NAME = 253, LONGEST_TEXT = 512, LONGEST_REASON = 100 };

const char *const policy_level_names[] = {NULL, "default", "off", "audit", "warn", "deny"};

bool policy_can_deny(size_t rule_index)
{
    const struct rule *rule = rule_at(rule_index);

    return rule->check || rule->level == LEVEL_DENY;
}

#define LABEL "abcdefghijklmnopqrstuvwxyz0123456789-*?"

static bool is_of(const char *text, const char *letters, size_t longest)
{
    size_t size = strlen(text);

    return size && size <= longest && strspn(text, letters) == size;
}

static bool is_label_pattern(const char *text)
{
    return is_of(text, LABEL, LONGEST_LABEL);
}

static bool is_name_pattern(const char *text)
{
    return is_of(text, LABEL ".", LONGEST_NAME);
}

/* C1, as UTF-8: terminals obey those too. */
static bool is_control(const char *text)
{
    return text[0] == '\x7f' || (text[0] == '\xc2' && (unsigned char)text[1] < 0xa0);
}

/* Characters, as the schema counts; YAML has taken nothing that is no UTF-8. */
static bool is_line(const char *text, size_t longest, char least)
{
    size_t characters = 0;

    for (; *text; text++) {
        if ((unsigned char)*text < (unsigned char)least || is_control(text))
            return false;
        characters += ((unsigned char)*text & 0xc0) != 0x80;
    }
    return characters && characters <= longest;
}

static bool is_prefix(const char *text)
{
    return is_line(text, LONGEST_TEXT, '!');
}

static bool is_reason(const char *text)
{
    return is_line(text, LONGEST_REASON, ' ');
}

#define ALPHANUMERIC "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* Of those that a command line takes, without what only looks like one. */
static bool is_release(const char *text)
{
    return is_of(text, ALPHANUMERIC "._+-", LONGEST_LABEL) &&
           ray_release_known(ray_release_parse(text));
}

/* As ray_release_parse() reads it: five digits a number, and no release before 1.0. */
#define DIGITS "[0-9]{1,5}"
#define RELEASE "(?!0+\\\\.)" DIGITS "\\\\." DIGITS "(\\\\." DIGITS ")?"
#define NO_CONTROLS(least, most) "^[^\\\\u0000-\\\\u" least "\\\\u007f-\\\\u009f]{1," most "}$"

static const struct policy_form label_pattern = {
    is_label_pattern, "small letters, digits, - and the signs * (any) and ? (one), as in team-*",
    "^[a-z0-9*?-]{1,63}$"};
static const struct policy_form name_pattern = {
    is_name_pattern, "small letters, digits, - . and the signs * (any) and ? (one)",
    "^[a-z0-9.*?-]{1,253}$"};
static const struct policy_form version_range = {
    version_range_is_good, "\">=2.40\", \"2.52\" or \">=2.40,<2.50\"",
    "^ *(([<>]=?|=)? *" RELEASE " *(, *(?=[<>=0-9])|$))+$"};
static const struct policy_form prefix = {is_prefix, "the beginning of a name, without blanks",
                                          NO_CONTROLS("0020", "512")};
static const struct policy_form reason = {is_reason, "one line of at most 100 characters",
                                          NO_CONTROLS("001f", "100")};
static const struct policy_form release = {is_release, "the version, like \"1.7\"",
                                           "^(?=.{1,63}$)v?" RELEASE "(-[0-9A-Za-z._+-]*)?$"};

#define SHAPE(table, type)                                                                         \
    {                                                                                              \
        .fields = (table), .count = sizeof(table) / sizeof *(table), .size = sizeof(struct type)   \
    }

static const struct policy_field inject_fields[] = {
    {.name = "headNumCpus",
     .kind = POLICY_SWITCH,
     .offset = offsetof(struct policy, inject_head_num_cpus),
     .example = "true",
     .help = "Give the head num-cpus \"0\", so that no replica lands on it. Default: true. "
             "audit: judge as if, and write nothing."},
    {.name = "workerProbe",
     .kind = POLICY_SWITCH,
     .offset = offsetof(struct policy, inject_worker_probe),
     .example = "true",
     .help = "Give workers the readiness probe that asks the Serve proxy. Default: true. "
             "audit: write nothing, and say in the audit log where."},
};
static const struct policy_shape inject_shape = SHAPE(inject_fields, policy);

#define NUMBER(which) offsetof(struct rule_limits, numbers[which])
#define LIST(which) offsetof(struct rule_limits, lists[which])

static const struct policy_field limit_fields[] = {
    {.name = "workers",
     .kind = POLICY_COUNT,
     .offset = NUMBER(LIMIT_WORKERS),
     .example = "100",
     .help = "Worker Pods of a RayService at most; with autoscaling, maxReplicas counts."},
    {.name = "replicasPerDeployment",
     .kind = POLICY_COUNT,
     .offset = NUMBER(LIMIT_REPLICAS),
     .example = "200",
     .help = "Replicas of a Serve deployment at most; with autoscaling, max_replicas counts."},
    {.name = "gpus",
     .kind = POLICY_COUNT,
     .offset = NUMBER(LIMIT_GPUS),
     .example = "64",
     .help = "GPUs of a RayService at most: what the containers of all its Pods ask for."},
    {.name = "rayVersions",
     .kind = POLICY_TEXTS,
     .offset = LIST(LIMIT_RAY_VERSIONS),
     .example = "[\">=2.40\"]",
     .help = "Ray releases that may be used: one of these ranges. None: all.",
     .form = &version_range},
    {.name = "imagePrefixes",
     .kind = POLICY_TEXTS,
     .offset = LIST(LIMIT_IMAGES),
     .example = "[rayproject/]",
     .help = "What images have to begin with; ends where a part of the name ends. None: all.",
     .form = &prefix},
    {.name = "workingDirPrefixes",
     .kind = POLICY_TEXTS,
     .offset = LIST(LIMIT_WORKING_DIRS),
     .example = "[\"s3://code\"]",
     .help = "What working_dir and py_modules have to begin with. None: all.",
     .form = &prefix},
};
static const struct policy_shape limit_shape = SHAPE(limit_fields, rule_limits);

#define RULES_HELP                                                                                 \
    "Levels by rule; \"*\" is for those not named. off: not looked at, audit: only in the audit "  \
    "log and the metrics, default: the rule's own."
#define AT_MOST_HELP                                                                               \
    "Whatever weighs more weighs so much: audit lets everything pass without a word, warn denies " \
    "nothing. What it would have weighed is in the audit log."
#define LIMITS_HELP "What a RayService may ask for at most, and where its parts may come from."

static const struct policy_field namespace_fields[] = {
    {.name = "match",
     .kind = POLICY_TEXTS,
     .required = true,
     .offset = offsetof(struct policy_namespace, match),
     .example = "[\"team-*\"]",
     .help = "Which namespaces: names, with * for anything and ? for one letter.",
     .form = &label_pattern},
    {.name = "rules",
     .kind = POLICY_LEVELS,
     .offset = offsetof(struct policy_namespace, scope.levels),
     .example = "{worker-without-replica: deny}",
     .help = RULES_HELP},
    {.name = "atMost",
     .kind = POLICY_AT_MOST,
     .offset = offsetof(struct policy_namespace, scope.at_most),
     .example = "deny",
     .help = AT_MOST_HELP},
    {.name = "limits",
     .kind = POLICY_OBJECT,
     .offset = offsetof(struct policy_namespace, scope.limits),
     .example = "{gpus: 8}",
     .help = LIMITS_HELP,
     .part = &limit_shape},
};
static const struct policy_shape namespace_shape = SHAPE(namespace_fields, policy_namespace);

static const struct policy_field exemption_fields[] = {
    {.name = "namespace",
     .kind = POLICY_TEXT,
     .required = true,
     .offset = offsetof(struct policy_exemption, namespace),
     .example = "legacy",
     .help = "The namespace of the RayService, with * and ?.",
     .form = &label_pattern},
    {.name = "name",
     .kind = POLICY_TEXT,
     .required = true,
     .offset = offsetof(struct policy_exemption, name),
     .example = "old-svc",
     .help = "The name of the RayService, with * and ?.",
     .form = &name_pattern},
    {.name = "rules",
     .kind = POLICY_RULES,
     .required = true,
     .offset = offsetof(struct policy_exemption, rules),
     .example = "[replicas-exceed-capacity]",
     .help = "Rules that warn there instead of denying; [\"*\"]: all."},
    {.name = "until",
     .kind = POLICY_DATE,
     .required = true,
     .offset = offsetof(struct policy_exemption, until),
     .example = "2027-01-31",
     .help = "The last day it holds (UTC)."},
    {.name = "reason",
     .kind = POLICY_TEXT,
     .required = true,
     .offset = offsetof(struct policy_exemption, reason),
     .example = "moves in January",
     .help = "Why, for those who read the warning.",
     .form = &reason},
};
static const struct policy_shape exemption_shape = SHAPE(exemption_fields, policy_exemption);

static const struct policy_field fields[] = {
    {.name = "apiVersion",
     .kind = POLICY_WORD,
     .required = true,
     .offset = offsetof(struct policy, api_version),
     .example = "rayservice-webhook/v1",
     .help = "The form of this file."},
    {.name = "kind",
     .kind = POLICY_WORD,
     .required = true,
     .offset = offsetof(struct policy, kind),
     .example = "Policy",
     .help = "The form of this file."},
    {.name = "kuberay",
     .kind = POLICY_RELEASE,
     .offset = offsetof(struct policy, kuberay),
     .example = "\"1.7\"",
     .help = "The version of the KubeRay operator. Unknown: only what every version refuses is "
             "denied.",
     .form = &release},
    {.name = "inject",
     .kind = POLICY_OBJECT,
     .example = "{workerProbe: false}",
     .help = "What to write into RayServices.",
     .part = &inject_shape},
    {.name = "rules",
     .kind = POLICY_LEVELS,
     .offset = offsetof(struct policy, scope.levels),
     .example = "{worker-without-replica: warn}",
     .help = RULES_HELP},
    {.name = "atMost",
     .kind = POLICY_AT_MOST,
     .offset = offsetof(struct policy, scope.at_most),
     .example = "audit",
     .help = AT_MOST_HELP},
    {.name = "limits",
     .kind = POLICY_OBJECT,
     .offset = offsetof(struct policy, scope.limits),
     .example = "{workers: 100}",
     .help = LIMITS_HELP,
     .part = &limit_shape},
    {.name = "namespaces",
     .kind = POLICY_OBJECTS,
     .offset = offsetof(struct policy, namespaces),
     .example = "[{match: [\"team-*\"], rules: {\"*\": warn}}]",
     .help = "What holds in some namespaces instead. Where several match, the last wins.",
     .part = &namespace_shape},
    {.name = "exemptions",
     .kind = POLICY_OBJECTS,
     .offset = offsetof(struct policy, exemptions),
     .example = "[{namespace: legacy, name: old-svc, rules: [\"*\"], until: 2027-01-31, "
                "reason: moves in January}]",
     .help = "RayServices for which a rule warns instead of denying, for a while.",
     .part = &exemption_shape},
};
const struct policy_shape policy_shape = SHAPE(fields, policy);
