/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/plan.h"
#include "test.h"

enum { DAY = 24 * 60 * 60, NOW = 1800000000, YEAR = 365 * DAY, LEAF = 7 * DAY, SETTLE = 180 };

static const struct plan_times times = {
    .leaf_seconds = LEAF, .ca_seconds = YEAR, .settle_seconds = SETTLE};

/* A pair that was made at that time; the CA's begin lies far back. */
#define CA_OF(made)                                                                                \
    {                                                                                              \
        true, 946684800, (made) + YEAR                                                             \
    }
#define LEAF_OF(made)                                                                              \
    {                                                                                              \
        true, 946684800, (made) + LEAF                                                             \
    }
/* As other tools make them. */
#define YOUNG_LEAF_OF(made)                                                                        \
    {                                                                                              \
        true, (made)-300, (made) + LEAF                                                            \
    }
#define RIGHT .bundles_known = true, .bundles_right = true, .settled = SETTLE
#define FRESH .bundles_known = true, .bundles_right = true, .settled = SETTLE - 1
#define CURRENT_LEAF(made) .leaf = LEAF_OF(made), .leaf_signer = SIGNED_BY_CURRENT
#define OLD_LEAF(made) .leaf = LEAF_OF(made), .leaf_signer = SIGNED_BY_OLD
#define OLD .old = true, .old_valid = true

static const struct row {
    const char *name;
    struct plan_state state;
    time_t now; /* 0: NOW */
    enum plan_ca ca;
    bool leaf;
} rows[] = {
    /* A first start. */
    {"nothing at all", {FRESH}, 0, CA_INTRODUCE, false},
    {"nothing, not even an answer", {.settled = 0}, 0, CA_INTRODUCE, false},
    {"a next CA, nobody served", {.next = CA_OF(NOW), FRESH}, 0, CA_PROMOTE, false},
    {"a CA and no certificate", {.current = CA_OF(NOW), FRESH}, 0, CA_KEEP, true},
    {"no certificate, configurations unknown", {.current = CA_OF(NOW)}, 0, CA_KEEP, true},
    {"all is well", {.current = CA_OF(NOW), CURRENT_LEAF(NOW), RIGHT}, 0, CA_KEEP, false},

    /* The certificate's life. */
    {"a moment before two thirds",
     {.current = CA_OF(NOW), CURRENT_LEAF(NOW), RIGHT},
     NOW + LEAF * 2 / 3 - 1,
     CA_KEEP,
     false},
    {"two thirds",
     {.current = CA_OF(NOW), CURRENT_LEAF(NOW), RIGHT},
     NOW + LEAF * 2 / 3,
     CA_KEEP,
     true},
    {"expired", {.current = CA_OF(NOW), CURRENT_LEAF(NOW), RIGHT}, NOW + LEAF, CA_KEEP, true},
    {"it ends with its CA: the next would be no longer",
     {.current = CA_OF(NOW - YEAR + DAY),
      .next = CA_OF(NOW),
      .leaf = {true, NOW - DAY, NOW + DAY},
      .leaf_signer = SIGNED_BY_CURRENT,
      FRESH},
     0,
     CA_KEEP,
     false},
    {"of a stranger", {.current = CA_OF(NOW), .leaf = LEAF_OF(NOW), RIGHT}, 0, CA_KEEP, true},

    /* The CA's life. */
    {"a moment before the CA's two thirds",
     {.current = CA_OF(NOW - YEAR * 2 / 3 + 1), CURRENT_LEAF(NOW), RIGHT},
     0,
     CA_KEEP,
     false},
    {"the CA's two thirds",
     {.current = CA_OF(NOW - YEAR * 2 / 3), CURRENT_LEAF(NOW), RIGHT},
     0,
     CA_INTRODUCE,
     false},
    {"an old one that is still around is no reason to let it run out",
     {.current = CA_OF(NOW - YEAR * 2 / 3), CURRENT_LEAF(NOW), OLD, FRESH},
     0,
     CA_INTRODUCE,
     false},
    {"introduced, not everywhere",
     {.current = CA_OF(NOW - 300 * DAY),
      .next = CA_OF(NOW),
      CURRENT_LEAF(NOW),
      .bundles_known = true,
      .settled = YEAR},
     0,
     CA_KEEP,
     false},
    {"introduced, a configuration does not answer",
     {.current = CA_OF(NOW - 300 * DAY),
      .next = CA_OF(NOW),
      CURRENT_LEAF(NOW),
      .bundles_right = true,
      .settled = YEAR},
     0,
     CA_KEEP,
     false},
    {"introduced, everywhere since a moment",
     {.current = CA_OF(NOW - 300 * DAY), .next = CA_OF(NOW), CURRENT_LEAF(NOW), FRESH},
     0,
     CA_KEEP,
     false},
    {"introduced, everywhere for long enough",
     {.current = CA_OF(NOW - 300 * DAY), .next = CA_OF(NOW), CURRENT_LEAF(NOW), RIGHT},
     0,
     CA_PROMOTE,
     false},
    {"the old CA signs no more",
     {.current = CA_OF(NOW - 300 * DAY),
      .next = CA_OF(NOW),
      CURRENT_LEAF(NOW - LEAF * 2 / 3),
      RIGHT},
     0,
     CA_PROMOTE,
     false},
    {"meanwhile it does",
     {.current = CA_OF(NOW - 300 * DAY),
      .next = CA_OF(NOW),
      CURRENT_LEAF(NOW - LEAF * 2 / 3),
      FRESH},
     0,
     CA_KEEP,
     true},
    {"promoted", {.current = CA_OF(NOW), OLD_LEAF(NOW - DAY), OLD, RIGHT}, 0, CA_KEEP, true},
    {"signed, on its way to the servers",
     {.current = CA_OF(NOW), CURRENT_LEAF(NOW), OLD, FRESH},
     0,
     CA_KEEP,
     false},
    {"signed, arrived",
     {.current = CA_OF(NOW), CURRENT_LEAF(NOW), OLD, RIGHT},
     0,
     CA_FORGET,
     false},

    {"arrived, but not surely everywhere: the last of the old one goes on",
     {.current = CA_OF(NOW), CURRENT_LEAF(NOW), OLD, .old_until = NOW + 1, RIGHT},
     0,
     CA_KEEP,
     false},
    {"now that one ends",
     {.current = CA_OF(NOW), CURRENT_LEAF(NOW), OLD, .old_until = NOW, RIGHT},
     0,
     CA_FORGET,
     false},
    {"ended, by a clock that has just been set",
     {.current = CA_OF(NOW), CURRENT_LEAF(NOW), OLD, .old_until = NOW - YEAR, FRESH},
     0,
     CA_KEEP,
     false},
    {"an end that another clock wrote, a year ahead",
     {.current = CA_OF(NOW), CURRENT_LEAF(NOW), OLD, .old_until = NOW + YEAR + LEAF, RIGHT},
     0,
     CA_FORGET,
     false},
    {"the old one is over, its last certificate with it: not while that settles",
     {.current = CA_OF(NOW), CURRENT_LEAF(NOW), .old = true, FRESH},
     0,
     CA_KEEP,
     false},

    /* The CA's Secret is lost. */
    {"its certificate still serves", {OLD_LEAF(NOW), OLD, RIGHT}, 0, CA_INTRODUCE, false},
    {"and must until the new CA is known",
     {.next = CA_OF(NOW), OLD_LEAF(NOW), OLD, FRESH},
     0,
     CA_KEEP,
     false},
    {"which is now", {.next = CA_OF(NOW), OLD_LEAF(NOW), OLD, RIGHT}, 0, CA_PROMOTE, false},
    {"its certificate is over",
     {.next = CA_OF(NOW), OLD_LEAF(NOW - LEAF), OLD, FRESH},
     0,
     CA_PROMOTE,
     false},
    {"both lost, and what the caBundles have is over: nobody to wait for",
     {.next = CA_OF(NOW), .old = true, FRESH},
     0,
     CA_PROMOTE,
     false},
    {"both lost: servers may still have theirs",
     {.next = CA_OF(NOW), OLD, FRESH},
     0,
     CA_KEEP,
     false},
    {"both lost, and the new CA is known", {.next = CA_OF(NOW), OLD, RIGHT}, 0, CA_PROMOTE, false},
    {"nothing the caBundles trust serves",
     {.next = CA_OF(NOW), .leaf = LEAF_OF(NOW), OLD, FRESH},
     0,
     CA_PROMOTE,
     false},

    /* Clocks. */
    {"a year ahead: the CA is over",
     {.current = CA_OF(NOW), CURRENT_LEAF(NOW), RIGHT},
     NOW + YEAR,
     CA_INTRODUCE,
     false},
    {"then nobody is served, so no pause",
     {.current = CA_OF(NOW), .next = CA_OF(NOW + YEAR), CURRENT_LEAF(NOW)},
     NOW + YEAR,
     CA_PROMOTE,
     false},
    {"and back: the CA stays, the certificate would stay for a year",
     {.current = CA_OF(NOW + YEAR), CURRENT_LEAF(NOW + YEAR), RIGHT},
     0,
     CA_KEEP,
     true},
    {"back by a day: the certificate is good for a day longer",
     {.current = CA_OF(NOW + DAY), CURRENT_LEAF(NOW + DAY), RIGHT},
     0,
     CA_KEEP,
     false},
    {"a certificate of another tool, not valid yet",
     {.current = CA_OF(NOW), .leaf = YOUNG_LEAF_OF(NOW + 301), .leaf_signer = SIGNED_BY_CURRENT},
     0,
     CA_KEEP,
     true},
    {"back while the old CA is still in the caBundles: it stays",
     {.current = CA_OF(NOW + YEAR), OLD_LEAF(NOW), OLD, .old_until = NOW + LEAF, RIGHT},
     0,
     CA_KEEP,
     true},
    {"back by ten years",
     {.current = CA_OF(NOW), CURRENT_LEAF(NOW), RIGHT},
     NOW - 10 * (time_t)YEAR,
     CA_KEEP,
     true},
    {"back by a minute",
     {.current = CA_OF(NOW), CURRENT_LEAF(NOW), RIGHT},
     NOW - 60,
     CA_KEEP,
     false},
};

static void every_row(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct plan is = plan(&rows[i].state, &times, rows[i].now ? rows[i].now : NOW);
        int before = test_failures;

        CHECK_INT(is.ca, rows[i].ca);
        CHECK_INT(is.leaf, rows[i].leaf);
        CHECK((is.ca != CA_KEEP) == (is.ca_why != NULL));
        CHECK(is.leaf == (is.leaf_why != NULL));
        if (test_failures != before)
            printf("# in: %s\n", rows[i].name);
    }
}

/* What must never be planned. */
static void check_never(const struct plan_state *state)
{
    bool signs = state->current.good && state->current.not_after > NOW;
    bool settled = state->bundles_known && state->bundles_right && state->settled >= SETTLE;
    struct plan is = plan(state, &times, NOW);

    CHECK(!is.leaf || signs);
    CHECK(is.ca != CA_PROMOTE || state->next.good);
    CHECK(!(is.ca == CA_PROMOTE && signs) || settled);
    CHECK(is.ca != CA_FORGET || (settled && state->leaf_signer == SIGNED_BY_CURRENT));
    CHECK(is.ca != CA_FORGET || state->old_until <= NOW);
    CHECK(is.ca != CA_INTRODUCE || !state->next.good);
}

/* Over every combination of the booleans. */
static void never(void)
{
    for (unsigned bits = 0; bits < 1U << 11; bits++) {
        const struct plan_state state = {
            .current = {bits & 1, 0, NOW + (bits & 2 ? YEAR : -1)},
            .next = {bits >> 2 & 1, 0, NOW + YEAR},
            .old = bits >> 3 & 1,
            .old_valid = bits >> 3 & 1,
            .old_until = bits >> 10 & 1 ? NOW + LEAF : 0,
            .leaf = {bits >> 4 & 1, 0, NOW + LEAF},
            .leaf_signer = bits >> 5 & 1   ? SIGNED_BY_CURRENT
                           : bits >> 6 & 1 ? SIGNED_BY_OLD
                                           : SIGNED_BY_NOBODY_KNOWN,
            .bundles_known = bits >> 7 & 1,
            .bundles_right = bits >> 8 & 1,
            .settled = bits >> 9 & 1 ? SETTLE : 0,
        };

        check_never(&state);
    }
}

TEST_MAIN(TEST(every_row), TEST(never))
