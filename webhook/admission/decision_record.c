/* SPDX-License-Identifier: Apache-2.0 */
#include "admission/decision.h"
#include "rules/rule.h"

static const char *const stage_names[] = {[ADMIT_MUTATE] = "mutate", [ADMIT_VALIDATE] = "validate"};
static const char *const outcome_names[] = {"denied", "allowed"};

static const struct {
    const char *key;
    size_t offset;
} texts[] = {
    {"time", offsetof(struct decision_record, time)},
    {"version", offsetof(struct decision_record, version)},
    {"uid", offsetof(struct decision_record, uid)},
    {"operation", offsetof(struct decision_record, operation)},
    {"namespace", offsetof(struct decision_record, namespace)},
    {"name", offsetof(struct decision_record, name)},
    {"user", offsetof(struct decision_record, user)},
};

enum { TEXTS = sizeof texts / sizeof *texts };

static const char **text_at(struct decision_record *record, size_t i)
{
    return (const char **)(void *)((char *)record + texts[i].offset);
}

static void put_string(struct text *out, const char *key, const char *value)
{
    text_putc(out, ',');
    text_json_key(out, key);
    text_json(out, value);
}

static void put_rules(struct text *out, const struct decision *decision)
{
    const char *before = "";

    text_puts(out, ",\"rules\":{");
    for (size_t i = 0; decision->levels && i < rule_count(); i++) {
        if (decision->levels[i] == LEVEL_OFF)
            continue;
        text_puts(out, before);
        text_json_key(out, rule_at(i)->name);
        text_json(out, level_name(decision->levels[i]));
        before = ",";
    }
    text_putc(out, '}');
}

void decision_record_begin(struct text *out, const struct decision_record *record)
{
    struct decision_record copy = *record;

    text_puts(out, "{\"stage\":");
    text_json(out, stage_names[record->stage]);
    put_string(out, "decision", outcome_names[record->decision.allowed]);
    for (size_t i = 0; i < TEXTS; i++)
        put_string(out, texts[i].key, *text_at(&copy, i));
    text_puts(out, record->dry_run ? ",\"dryRun\":true" : ",\"dryRun\":false");
    put_rules(out, &record->decision);
    text_puts(out, ",\"injected\":");
    decision_put_injected(out, &record->decision);
    text_printf(out, ",\"injectedCount\":%zu", record->decision.injected_count);
    if (record->review.size)
        text_puts(out, ",\"review\":");
}

/* A line has the review's levels, and its own. */
static const struct json_limits limits = {.depth = 102, .values = 410000};

static bool is_text(struct bytes raw, const char *text)
{
    return raw.size == strlen(text) && memcmp(raw.data, text, raw.size) == 0;
}

/* The line's members are read from a copy without the review, which admit() reads by itself. */
static struct bytes without_review(struct arena *arena, struct bytes line,
                                   struct decision_record *ret)
{
    struct text rest = text_new(arena);
    struct json_raw_entry entry = {.key = {NULL, 0}};

    while (json_raw_next(line, &entry)) {
        if (is_text(entry.key, "\"kind\"") && is_text(entry.value, "\"AdmissionReview\""))
            ret->bare = true;
        if (is_text(entry.key, "\"review\""))
            ret->review = entry.value;
    }
    if (!ret->review.size)
        return line;
    text_put(&rest, (struct bytes){line.data, (size_t)(ret->review.data - line.data)});
    text_puts(&rest, "null");
    text_put(&rest,
             (struct bytes){ret->review.data + ret->review.size,
                            (size_t)(line.data + line.size - ret->review.data) - ret->review.size});
    return text_bytes(&rest);
}

static bool read_name(const struct json *value, const char *const *names, size_t count, size_t *ret)
{
    const char *text = json_string(value);

    for (*ret = 0; text && *ret < count; ++*ret) {
        if (strcmp(names[*ret], text) == 0)
            return true;
    }
    return false;
}

/* A rule that this program does not know says nothing here. */
static const unsigned char *read_levels(struct arena *arena, const struct json *rules)
{
    unsigned char *levels = arena_array(arena, rule_count(), sizeof *levels);

    for (const struct json *each = json_first(rules); levels && each; each = json_next(each)) {
        size_t rule = rule_index(json_key(each));
        const char *name = json_string(each);

        for (enum level level = LEVEL_AUDIT; name && level <= LEVEL_DENY; level++) {
            if (rule < rule_count() && strcmp(name, level_name(level)) == 0)
                levels[rule] = (unsigned char)level;
        }
    }
    return levels;
}

static void read_injected(const struct json *members, struct decision *ret)
{
    int64_t count;
    size_t i = 0;

    for (const struct json *each = json_first(json_member(members, "injected"));
         each && i < DECISION_INJECTED_MAX; each = json_next(each), i++)
        ret->injected[i] = json_string(each) ? json_string(each) : "";
    ret->injected_count = i;
    /* More than are listed, and only where the list is full. */
    if (i == DECISION_INJECTED_MAX && json_integer(json_member(members, "injectedCount"), &count) &&
        count > DECISION_INJECTED_MAX)
        ret->injected_count = (size_t)count;
}

static enum json_status refuse(struct problem *problem, const char *why)
{
    problem_set(problem, 0, 0, "%s", why);
    return JSON_INVALID;
}

static enum json_status read_members(struct arena *arena, const struct json *members,
                                     struct decision_record *ret, struct problem *problem)
{
    size_t stage, outcome;

    if (!read_name(json_member(members, "stage"), stage_names, 2, &stage) ||
        !read_name(json_member(members, "decision"), outcome_names, 2, &outcome))
        return refuse(problem, "neither a line of serve --record nor an AdmissionReview");
    ret->stage = (enum admit_stage)stage;
    ret->decision.allowed = outcome == 1;
    for (size_t i = 0; i < TEXTS; i++) {
        const char *text = json_string(json_member(members, texts[i].key));

        *text_at(ret, i) = text ? text : "";
    }
    ret->dry_run = json_true(json_member(members, "dryRun"));
    ret->decision.levels = read_levels(arena, json_member(members, "rules"));
    read_injected(members, &ret->decision);
    return arena_exhausted(arena) ? JSON_NO_MEMORY : JSON_OK;
}

enum json_status decision_record_read(struct arena *arena, struct bytes line,
                                      struct decision_record *ret, struct problem *problem)
{
    const struct json *members;
    struct bytes text;
    enum json_status status = json_scan(line, &limits, problem);

    *ret = (struct decision_record){.time = "", .bare = false};
    if (status)
        return status;
    text = without_review(arena, line, ret);
    if (ret->bare)
        ret->review = line;
    if (ret->bare || arena_exhausted(arena))
        return ret->bare ? JSON_OK : JSON_NO_MEMORY;
    status = json_parse(arena, text, &limits, &members, problem);
    return status ? status : read_members(arena, members, ret, problem);
}
