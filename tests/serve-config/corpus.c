/* SPDX-License-Identifier: Apache-2.0 */
/*
 * corpus FILE [ID]: the schema against the verdicts of real Ray (tests/data/README.md). Every case
 * is checked once, and the faults' releases are compared with what each tested release said. The
 * exit code is 1 if any verdict differs. -v: name every place that Ray names and we do not.
 */
#include "core/json.h"
#include "ray/schema.h"
#include "ray/serve_config.h"

#include <stdio.h>
#include <stdlib.h>

/* The releases whose verdicts are in the file. */
static const int tested[] = {209, 210, 220, 230, 233, 235, 239, 241, 244, 246, 248,
                             249, 250, 252, 253, 254, 255, 256, 258, 259, 260};

struct tally {
    size_t verdicts, refused, wrong_denials, missed_refusals;
    size_t deploys, failing, wrong_fails, missed_fails, risks, missed_risks;
    size_t places, missed_places;
};

static bool verbose;

static int release_of(const char *text)
{
    char *end;
    long major = strtol(text, &end, 10), minor = *end == '.' ? strtol(end + 1, NULL, 10) : 0;

    return (int)(major * 100 + minor);
}

static const char *text_of(const struct json *run, const char *key)
{
    const char *text = json_string(json_member(run, key));

    return text ? text : "";
}

static bool is_refusal(const struct ray_fault *fault)
{
    return fault->stage <= RAY_STAGE_APPLY;
}

/* Ray names a field, or the object around it where a rule of the object spoke. */
static bool names_place(struct arena *arena, const struct ray_faults *faults, uint64_t release,
                        const char *place)
{
    size_t size = strlen(place);

    for (size_t stage = 0; stage <= RAY_STAGE_APPLY; stage++) {
        for (const struct ray_fault *fault = faults->of[stage].first; fault; fault = fault->next) {
            struct text field = text_new(arena);

            if (!(fault->releases & release) || !is_refusal(fault))
                continue;
            path_field(&field, fault->at);
            if (strncmp(text_string(&field), place, size) == 0 ||
                strncmp(place, text_string(&field), field.size) == 0)
                return true;
        }
    }
    return false;
}

static void compare_places(struct arena *arena, const char *id, const struct json *run,
                           const struct ray_faults *faults, int release, struct tally *tally)
{
    for (const struct json *at = json_first(json_member(run, "at")); at; at = json_next(at)) {
        tally->places++;
        if (names_place(arena, faults, RAY_RELEASE_BIT(release), json_string(at)))
            continue;
        tally->missed_places++;
        if (verbose)
            printf("# %s: Ray %d names %s\n", id, release, json_string(at));
    }
}

static void report(const char *id, int release, const char *what)
{
    printf("not ok - %s: Ray %d.%d: %s\n", id, release / 100, release % 100, what);
}

static void compare_deploy(const char *id, const struct json *run, const struct ray_faults *faults,
                           int release, struct tally *tally)
{
    const char *deploy = text_of(run, "deploy");
    uint64_t bit = RAY_RELEASE_BIT(release);
    bool fails = strcmp(deploy, "fails") == 0, risk = strcmp(deploy, "risk") == 0;
    bool ours = (faults->of[RAY_STAGE_DEPLOY].releases & bit) != 0;

    tally->deploys++;
    tally->failing += fails;
    tally->risks += risk;
    if (ours && !fails) {
        tally->wrong_fails++;
        report(id, release, "we say the application fails, and it does not");
    }
    if (fails && !ours) {
        tally->missed_fails++;
        report(id, release, "the application fails, and we do not say so");
    }
    if (risk && !(faults->of[RAY_STAGE_RISK].releases & bit)) {
        tally->missed_risks++;
        report(id, release, "the application may fail, and we do not say so");
    }
}

static void compare(struct arena *arena, const char *id, const struct json *run,
                    const struct ray_faults *faults, int release, struct tally *tally)
{
    bool refused = *text_of(run, "stage") != '\0';
    bool ours = !faults || (ray_faults_refused(faults) & RAY_RELEASE_BIT(release));

    tally->verdicts++;
    tally->refused += refused;
    if (json_true(json_member(run, "environment")))
        return;
    if (ours && !refused) {
        tally->wrong_denials++;
        report(id, release, "we refuse it, and Ray takes it");
    } else if (refused && !ours) {
        tally->missed_refusals++;
        report(id, release, "Ray refuses it, and we do not");
    } else if (refused) {
        compare_places(arena, id, run, faults, release, tally);
    } else {
        compare_deploy(id, run, faults, release, tally);
    }
}

static void check_case(struct arena *arena, const struct json *item, struct tally *tally)
{
    static const struct path root = {0};
    const char *id = text_of(item, "id");
    const struct serve_config *config = serve_config_read(arena, text_of(item, "yaml"), &root);
    struct ray_faults faults = {0};
    bool readable;

    if (!config || (config->document.root &&
                    !ray_schema_check(arena, config->document.root, &root, &faults))) {
        report(id, 0, "out of memory");
        tally->wrong_denials++;
        return;
    }
    readable = config->state != SERVE_INVALID && config->state != SERVE_TOO_LARGE;
    for (const struct json *run = json_first(json_member(item, "runs")); run;
         run = json_next(run)) {
        int from = release_of(text_of(run, "from")), to = release_of(text_of(run, "to"));

        for (size_t i = 0; i < sizeof tested / sizeof *tested; i++)
            if (tested[i] >= from && tested[i] <= to)
                compare(arena, id, run, readable ? &faults : NULL, tested[i], tally);
    }
}

static int check_line(struct arena *arena, char *line, size_t size, const char *only,
                      struct tally *tally)
{
    static const struct json_limits limits = {.depth = 32, .values = 100000};
    struct problem problem = {.message = ""};
    const struct json *item;

    arena_reset(arena);
    if (json_parse(arena, (struct bytes){line, size}, &limits, &item, &problem) != JSON_OK) {
        printf("not ok - the file has a bad line: %s\n", problem.message);
        return 1;
    }
    if (!only || strcmp(only, text_of(item, "id")) == 0)
        check_case(arena, item, tally);
    return 0;
}

static int summary(size_t cases, const struct tally *t)
{
    printf("# %zu cases, %zu verdicts, %zu refusals: %zu false denials, %zu missed refusals\n",
           cases, t->verdicts, t->refused, t->wrong_denials, t->missed_refusals);
    printf("# %zu deployments, %zu fail for certain: %zu wrongly said, %zu missed; "
           "%zu may fail: %zu missed\n",
           t->deploys, t->failing, t->wrong_fails, t->missed_fails, t->risks, t->missed_risks);
    printf("# %zu places that Ray names: %zu named (%.2f%%)\n", t->places,
           t->places - t->missed_places,
           t->places ? 100.0 * (double)(t->places - t->missed_places) / (double)t->places : 100.0);
    return t->wrong_denials + t->missed_refusals + t->wrong_fails + t->missed_fails +
               t->missed_risks >
           0;
}

int main(int argc, char **argv)
{
    struct arena *arena = arena_new((size_t)256 * 1024 * 1024);
    FILE *file = argc > 1 ? fopen(argv[1], "r") : NULL;
    const char *only = argc > 2 && strcmp(argv[2], "-v") != 0 ? argv[2] : NULL;
    struct tally tally = {0};
    size_t room = 0, cases = 0;
    char *line = NULL;
    ssize_t size;
    int failed = 0;

    verbose = argc > 2;
    if (!arena || !file) {
        (void)fprintf(stderr, "usage: corpus FILE [ID | -v]\n");
        return 2;
    }
    while ((size = getline(&line, &room, file)) > 0 && !failed) {
        failed = check_line(arena, line, (size_t)size, only, &tally);
        cases++;
    }
    failed |= summary(cases, &tally);
    free(line);
    (void)fclose(file);
    arena_free(arena);
    return failed;
}
