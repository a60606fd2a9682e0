/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What real Ray Serve did with a config on a cluster, against what was predicted: nothing that ran
 * may be called `never`, nothing that stayed pending `fits`, and the workers whose probe failed are
 * within the bounds. (tests/data/placement.jsonl; the clusters were real `ray start` nodes.)
 */
#include "ray/placement.h"
#include "rows.h"
#include "test.h"

static unsigned bounded, exact, exact_at_start, proved;

static const struct placement *predict(struct arena *arena, const struct json *row)
{
    struct text serve = text_new(arena), text = text_new(arena);
    const struct ray_service *service;
    const struct serve_config *config;

    json_write(&serve, json_member(row, "serve"));
    text_puts(&text, "{\"spec\":{\"rayClusterConfig\":");
    json_write(&text, json_member(row, "cluster"));
    text_puts(&text, ",\"serveConfigV2\":");
    text_json_bytes(&text, text_bytes(&serve));
    text_puts(&text, "}}");
    service = ray_service_read(arena, rows_parse(arena, text_bytes(&text)));
    config = service ? serve_config_read(arena, service->serve_text, &service->serve_at) : NULL;
    return config ? placement_of(arena, service, NULL, config, (struct ray_release){0}) : NULL;
}

static void compare_bounds(const struct json *row, const struct placement *placement)
{
    const struct json *unready = json_member(row, "unready");
    int64_t least, most;

    if (!json_integer(json_first(unready), &least) ||
        !json_integer(json_next(json_first(unready)), &most) || placement->without_at_least < 0)
        return;
    /* An update that can not end leaves replicas of the old config where they are. */
    if (json_true(json_member(row, "update")) && placement->verdict == PLACEMENT_NEVER)
        return;
    bounded++;
    exact += placement->without_at_least == placement->without_at_most;
    exact_at_start += placement->without_at_start == placement->without_at_start_most;
    if (placement->without_at_least != placement->without_at_most)
        printf("# not exact: %lld to %lld, seen %lld to %lld\n",
               (long long)placement->without_at_least, (long long)placement->without_at_most,
               (long long)least, (long long)most);
    CHECK(placement->without_at_least <= least);
    CHECK(placement->without_at_most >= most);
    CHECK(placement->without_at_start <= least);
    CHECK(placement->without_at_start_most >= most);
}

static void compare(struct arena *arena, const struct json *row)
{
    static const char *const verdicts[] = {"unknown", "fits", "never"};
    const char *outcome = json_string(json_member(row, "outcome"));
    const char *must = json_string(json_member(row, "must"));
    const struct placement *placement = predict(arena, row);

    if (!CHECK(placement != NULL))
        return;
    printf("# %s: %s, %s\n", json_string(json_member(row, "id")), outcome,
           verdicts[placement->verdict]);
    proved += placement->verdict != PLACEMENT_UNKNOWN;
    if (strcmp(outcome, "settled") == 0)
        CHECK(placement->verdict != PLACEMENT_NEVER);
    if (strcmp(outcome, "blocked") == 0)
        CHECK(placement->verdict != PLACEMENT_FITS);
    if (must)
        CHECK_TEXT(verdicts[placement->verdict], must);
    if (strcmp(outcome, "settled") == 0 || strcmp(outcome, "blocked") == 0)
        compare_bounds(row, placement);
}

static void nothing_is_contradicted(void)
{
    size_t count = rows_each(TEST_DATA "/placement.jsonl", compare);

    CHECK_INT(count, 84);
    printf("# %zu steps, %u with a verdict; of %u bounds %u exact, %u at start\n", count, proved,
           bounded, exact, exact_at_start);
}

TEST_MAIN(TEST(nothing_is_contradicted))
