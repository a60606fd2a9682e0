/* SPDX-License-Identifier: Apache-2.0 */
#include "ray/cluster_change.h"

#include "core/quantity.h"

#include <stdio.h>

/* Two objects with 100,000 members in other orders are hostile; then nothing is known. */
enum { MOST_STEPS = 1000 * 1000, FIELD_MAX = 160 };

struct comparison {
    struct arena *arena;
    const struct path *top; /* rayClusterConfig */
    struct cluster_question question;
    struct cluster_difference worst;
    size_t steps;
};

/*
 * Fields that the operator takes out before it hashes, and since when (KubeRay's
 * GenerateHashWithoutReplicasAndWorkersToDelete at its tags). 1.5.2 mutes tolerations too, 1.5.0
 * does not: between the two it is `may`.
 */
static const struct {
    const char *field;              /* below rayClusterConfig, without the indexes */
    struct ray_release some, every; /* first muted by some release, and by all from there on */
} muted[] = {
    {"workerGroupSpecs.replicas", {1, 0, 0}, {1, 0, 0}},
    {"workerGroupSpecs.scaleStrategy.workersToDelete", {1, 0, 0}, {1, 0, 0}},
    {"workerGroupSpecs.minReplicas", {1, 2, 0}, {1, 2, 0}},
    {"workerGroupSpecs.maxReplicas", {1, 2, 0}, {1, 2, 0}},
    {"workerGroupSpecs.template.spec.tolerations", {1, 5, 2}, {1, 6, 0}},
    {"workerGroupSpecs.template.spec.schedulingGates", {1, 5, 2}, {1, 6, 0}},
    {"headGroupSpec.template.spec.tolerations", {1, 5, 2}, {1, 6, 0}},
    {"headGroupSpec.template.spec.schedulingGates", {1, 5, 2}, {1, 6, 0}},
    {"upgradeStrategy", {1, 6, 0}, {1, 6, 0}},
    /* 1.5.2, 1.6.1 and 1.6.2 count it, but a toggle is made in place. */
    {"suspend", {1, 5, 2}, {1, 7, 0}},
};

/* The path below the top without its indexes; what does not fit is deeper than any muted field. */
static void put_field(char *field, const struct path *at, const struct path *top)
{
    size_t size;

    if (at == top)
        return;
    put_field(field, at->parent, top);
    size = strlen(field);
    if (at->step == PATH_STEP_KEY)
        (void)snprintf(field + size, FIELD_MAX - size, "%s%s", size ? "." : "", at->key);
}

static bool is_below(const char *field, const char *top)
{
    size_t length = strlen(top);

    return strncmp(field, top, length) == 0 && (!field[length] || field[length] == '.');
}

/* How much a difference at this field weighs for that operator. */
static enum cluster_change weigh(const struct comparison *comparison, const char *field)
{
    struct ray_release version = comparison->question.operator_version;
    static const struct ray_release oldest = {1, 1, 0};

    for (size_t i = 0; i < sizeof muted / sizeof *muted; i++) {
        if (!is_below(field, muted[i].field))
            continue;
        if (!ray_release_known(version))
            return ray_release_compare(muted[i].every, oldest) <= 0 ? CLUSTER_SAME
                                                                    : CLUSTER_MAY_ROLL;
        if (ray_release_compare(version, muted[i].every) >= 0)
            return CLUSTER_SAME;
        return ray_release_compare(version, muted[i].some) >= 0 ? CLUSTER_MAY_ROLL : CLUSTER_ROLLS;
    }
    return CLUSTER_ROLLS;
}

/* most: what the difference weighs at most, whatever its field. */
static void note(struct comparison *comparison, const struct path *at, enum cluster_change most)
{
    char field[FIELD_MAX] = "";
    enum cluster_change change;

    put_field(field, at, comparison->top);
    change = weigh(comparison, field);
    if (change > most)
        change = most;
    if (change <= comparison->worst.change)
        return;
    comparison->worst.change = change;
    comparison->worst.at = path_copy(comparison->arena, at);
}

static bool is_nothing(const struct json *value)
{
    enum json_kind kind = json_kind(value);

    return kind == JSON_ABSENT || kind == JSON_NULL || (kind == JSON_ARRAY && !json_first(value)) ||
           (kind == JSON_STRING && !*json_string(value));
}

/*
 * One side has an object of nothing, the other has not even that. Structs and maps with omitempty
 * vanish when empty, and rayStartParams, which has none, does not [M]; what is behind a pointer
 * stays.
 */
static enum cluster_change weight_of_empty_object(const char *key)
{
    static const char *const vanish[] = {"metadata", "resources",   "scaleStrategy", "limits",
                                         "requests", "annotations", "labels",        "nodeSelector",
                                         "template", "spec"};

    if (strcmp(key, "rayStartParams") == 0)
        return CLUSTER_ROLLS;
    for (size_t i = 0; i < sizeof vanish / sizeof *vanish; i++)
        if (strcmp(key, vanish[i]) == 0)
            return CLUSTER_SAME;
    return CLUSTER_MAY_ROLL;
}

static void compare(struct comparison *comparison, const struct path *at, const struct json *a,
                    const struct json *b);

static void compare_members(struct comparison *comparison, const struct path *at,
                            const struct json *a, const struct json *b)
{
    const struct json *next = json_first(b);
    bool in_step = true;

    for (const struct json *each = json_first(a); each; each = json_next(each)) {
        const struct json *other = json_member_near(b, next, json_key(each), &comparison->steps);

        compare(comparison, PATH_KEY(at, json_key(each)), each, other);
        in_step = in_step && other == next;
        next = other ? json_next(other) : next;
    }
    if (in_step && !next)
        return; /* both have the same names */
    next = json_first(a);
    for (const struct json *each = json_first(b); each; each = json_next(each)) {
        const struct json *other = json_member_near(a, next, json_key(each), &comparison->steps);

        if (!other)
            compare(comparison, PATH_KEY(at, json_key(each)), NULL, each);
        next = other ? json_next(other) : next;
    }
}

/* Groups behind the last one are appended in place, as long as nothing else changed. [L] */
static void compare_items(struct comparison *comparison, const struct path *at,
                          const struct json *a, const struct json *b)
{
    bool groups =
        at->parent == comparison->top && at->key && strcmp(at->key, "workerGroupSpecs") == 0;
    size_t index = 0;

    a = json_first(a);
    b = json_first(b);
    for (; a && b; a = json_next(a), b = json_next(b), index++)
        compare(comparison, PATH_INDEX(at, index), a, b);
    if (a || b)
        note(comparison, PATH_INDEX(at, index), b && groups ? CLUSTER_IN_PLACE : CLUSTER_ROLLS);
}

static bool same_quantity(const struct path *at, const struct json *a, const struct json *b)
{
    const char *left = json_string(a), *right = json_string(b);
    const char *list = at->parent && at->parent->key ? at->parent->key : "";
    int64_t x, y;

    if (!left || !right || (strcmp(list, "limits") != 0 && strcmp(list, "requests") != 0))
        return false;
    return quantity_ten_thousandths(bytes_of(left), &x) &&
           quantity_ten_thousandths(bytes_of(right), &y) && x == y;
}

/* Is it at a point that the webhook injects, or what holds nothing else? */
static bool is_injected(const struct comparison *comparison, const struct path *at)
{
    static const char *const points[] = {
        "headGroupSpec.rayStartParams",
        "headGroupSpec.rayStartParams.num-cpus",
        "headGroupSpec.resources.CPU",
        "workerGroupSpecs.template.spec.containers.readinessProbe",
    };
    char field[FIELD_MAX] = "";

    put_field(field, at, comparison->top);
    for (size_t i = 0; i < sizeof points / sizeof *points; i++)
        if (strcmp(field, points[i]) == 0)
            return true;
    return false;
}

/* One side has it, the other does not: so do all of its members. */
static void compare_presence(struct comparison *comparison, const struct path *at,
                             const struct json *value, bool lost)
{
    bool object = json_kind(value) == JSON_OBJECT;
    bool restored = lost && at->key && comparison->question.injection_is_restored &&
                    is_injected(comparison, at);

    if (!restored)
        note(comparison, at,
             object ? weight_of_empty_object(at->key ? at->key : "") : CLUSTER_ROLLS);
    if (!object || (restored && strcmp(at->key, "readinessProbe") == 0))
        return;
    for (const struct json *each = json_first(value); each; each = json_next(each))
        compare(comparison, PATH_KEY(at, json_key(each)), lost ? each : NULL, lost ? NULL : each);
}

static void compare(struct comparison *comparison, const struct path *at, const struct json *a,
                    const struct json *b)
{
    enum json_kind kind;
    bool no_a, no_b;

    if (comparison->worst.change == CLUSTER_ROLLS || json_scalar_equal(a, b))
        return;
    kind = json_kind(a);
    no_a = is_nothing(a);
    no_b = is_nothing(b);
    if (no_a && no_b)
        return;
    if (no_a || no_b)
        compare_presence(comparison, at, no_a ? b : a, no_b);
    else if (kind == json_kind(b) && kind == JSON_OBJECT)
        compare_members(comparison, at, a, b);
    else if (kind == json_kind(b) && kind == JSON_ARRAY)
        compare_items(comparison, at, a, b);
    else if (!same_quantity(at, a, b))
        note(comparison, at, CLUSTER_ROLLS);
}

struct cluster_difference cluster_compare(struct arena *arena, const struct ray_service *old,
                                          const struct ray_service *new,
                                          struct cluster_question question)
{
    struct comparison comparison = {
        .arena = arena,
        .top = &new->cluster_at,
        .question = question,
        .steps = MOST_STEPS,
    };

    compare(&comparison, comparison.top, old->cluster, new->cluster);
    if (!comparison.steps)
        note(&comparison, comparison.top, CLUSTER_MAY_ROLL);
    return comparison.worst;
}
