/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Target functions: decision_record_read, decision_record_begin, decision_compare. The input is a
 * line of a file of `serve --record`, or is not: what was read can be written and read again, and
 * is then the same decision about the same bytes.
 */
#include "admission/decision.h"
#include "fuzz/fuzz.h"

enum { ROOM = 8 << 20 };

static struct bytes written(struct arena *arena, const struct decision_record *record)
{
    struct text line = text_new(arena);

    decision_record_begin(&line, record);
    text_put(&line, record->review);
    text_puts(&line, DECISION_RECORD_END);
    return text_bytes(&line);
}

static bool same_bytes(struct bytes a, struct bytes b)
{
    return a.size == b.size && (!a.size || memcmp(a.data, b.data, a.size) == 0);
}

static void check_again(struct arena *arena, const struct decision_record *record)
{
    struct decision_record again;
    struct problem problem;
    struct bytes line = written(arena, record);

    if (arena_exhausted(arena) ||
        decision_record_read(arena, line, &again, &problem) == JSON_NO_MEMORY)
        return;
    MUST(!again.bare && again.stage == record->stage && again.dry_run == record->dry_run);
    MUST(strcmp(again.name, record->name) == 0 && strcmp(again.user, record->user) == 0);
    MUST(decision_compare(&again.decision, &record->decision) == DECISION_SAME);
    MUST(same_bytes(again.review, record->review));
    MUST(same_bytes(written(arena, &again), line) || arena_exhausted(arena));
}

/* With less memory: no record, and it says so. */
static void check_starved(struct bytes line, size_t need)
{
    struct arena *arena = arena_new(need * (line.size % 16) / 16);
    struct decision_record record;
    struct problem problem;

    (void)decision_record_read(arena, line, &record, &problem);
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(ROOM);
    struct bytes line = {(const char *)data, size};
    struct decision_record record;
    struct problem problem = {.line = 0};
    enum json_status status = decision_record_read(arena, line, &record, &problem);
    size_t need = arena_used(arena);

    if (status == JSON_OK && !record.bare)
        check_again(arena, &record);
    MUST(status != JSON_INVALID || *problem.message);
    MUST(!record.bare || same_bytes(record.review, line));
    check_starved(line, need);
    arena_free(arena);
    return 0;
}
