/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_memory FILE...: each recorded review, in both stages, with every limit of memory up to what
 * it needs, in steps. The result is ADMIT_FAILED or the whole right answer, never another verdict.
 */
#include "admission/admit.h"
#include "fuzz/fuzz.h"

#include <string.h>

enum { MOST_STEPS = 1024, SMALLEST_STEP = 64 };

struct result {
    enum admit_status status;
    struct bytes answer;
};

static struct result ask(struct arena *arena, enum admit_stage stage, struct bytes review)
{
    struct result result = {.answer = {"", 0}};
    struct verdict verdict;

    result.status = admit(arena, stage, &policy_default, review, &result.answer, &verdict);
    return result;
}

/* True if the limit was enough. */
static bool try_limit(enum admit_stage stage, struct bytes review, size_t limit,
                      const struct result *whole)
{
    struct arena *arena = arena_new(limit);
    struct result result = ask(arena, stage, review);

    if (result.status != ADMIT_FAILED) {
        MUST(result.status == whole->status);
        MUST(result.answer.size == whole->answer.size);
        MUST(memcmp(result.answer.data, whole->answer.data, whole->answer.size) == 0);
    }
    arena_free(arena);
    return result.status != ADMIT_FAILED;
}

static size_t step_for(size_t need)
{
    size_t step = need / MOST_STEPS / SMALLEST_STEP * SMALLEST_STEP;

    return step ? step : SMALLEST_STEP;
}

static void sweep(enum admit_stage stage, struct bytes review, const char *name)
{
    struct arena *arena = arena_new(ADMIT_ARENA_LIMIT);
    struct result whole = ask(arena, stage, review);
    size_t need = arena_used(arena), step = step_for(need), tried = 0, enough = 0;

    MUST(whole.status != ADMIT_FAILED);
    for (size_t limit = 0; limit <= need + step; limit += step, tried++)
        enough += try_limit(stage, review, limit, &whole);
    MUST(enough > 0 && enough < tried);
    printf("ok - %s, %s: %zu limits up to %zu bytes, %zu enough\n", name,
           stage == ADMIT_MUTATE ? "mutate" : "validate", tried, need, enough);
    arena_free(arena);
}

int main(int argc, char **argv)
{
    static char text[1 << 20];

    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        struct bytes review = {text, file ? fread(text, 1, sizeof text, file) : 0};

        MUST(review.size > 0);
        sweep(ADMIT_MUTATE, review, argv[i]);
        sweep(ADMIT_VALIDATE, review, argv[i]);
        (void)fclose(file);
    }
    return argc < 2;
}
