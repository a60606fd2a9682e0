/* SPDX-License-Identifier: Apache-2.0 */
#include "admission/admit.h"
#include "server/body.h"
#include "server/connections.h"
#include "server/memory_plan.h"
#include "test.h"

#define MIB ((size_t)1 << 20)

static struct memory_plan plan;
static struct problem problem;

static bool fits(size_t mebibytes, size_t connections)
{
    const struct memory_wish wish = {.most = mebibytes * MIB, .connections = connections};

    return memory_plan(&wish, &plan, &problem);
}

/* What the parts that are known here come to. */
static size_t parts(void)
{
    size_t requests = plan.workers.small_count * plan.workers.small_bytes;

    return connections_with_leaving(plan.connections) * BODY_SMALL + plan.large + requests +
           plan.workers.large_bytes;
}

static void the_standard(void)
{
    CHECK(fits(736, 0));
    CHECK_INT(plan.connections, 512);
    CHECK_INT(plan.workers.small_count, 4);
    CHECK_INT(plan.workers.large_bytes, ADMIT_ARENA_LIMIT);
    CHECK(plan.workers.small_bytes >= 64 * MIB);
    CHECK(plan.large >= 56 * MIB);
}

/* Any size from the least on gives a plan that can do all there is to do, and fits. */
static void every_size(void)
{
    size_t size = 1;

    while (!fits(size, 0) && size < 1000)
        size++;
    CHECK(size > 64 && size < 160);
    for (; size < 4096; size++) {
        if (!CHECK(fits(size, 0)))
            return;
        CHECK(parts() < size * MIB);
        CHECK(plan.connections >= 64 && plan.plain_connections > 0);
        CHECK(plan.large > 2 * (size_t)BODY_LIMIT);
        CHECK(plan.workers.small_count >= 1 && plan.workers.small_count <= WORKERS_MOST);
        CHECK(plan.workers.small_bytes >= 24 * MIB);
        CHECK(!plan.workers.large_bytes || plan.workers.large_bytes >= plan.workers.small_bytes);
    }
}

static void more_is_never_less(void)
{
    size_t connections = 0, requests = 0;

    for (size_t size = 160; size < 4096; size++) {
        CHECK(fits(size, 0));
        CHECK(plan.connections >= connections);
        CHECK(plan.workers.small_count + (plan.workers.large_bytes > 0) >= requests);
        connections = plan.connections;
        requests = plan.workers.small_count + (plan.workers.large_bytes > 0);
    }
}

static void the_smallest_has_one_request(void)
{
    size_t size = 64;
    char wanted[64];

    while (!fits(size, 0) && size < 1000)
        size++;
    CHECK_INT(plan.workers.small_count, 1);
    CHECK_INT(plan.workers.large_bytes, 0);
    CHECK(!fits(size - 1, 0));
    (void)snprintf(wanted, sizeof wanted, "is %zuMi: the smallest possible is %zuMi", size - 1,
                   size);
    CHECK(strstr(problem.message, wanted));
}

static void connections_that_do_not_fit(void)
{
    CHECK(fits(736, 1));
    CHECK_INT(plan.connections, 1);
    CHECK(fits(736, 1200));
    CHECK_INT(plan.connections, 1200);
    CHECK(parts() < 736 * MIB);
    CHECK(!fits(736, 4000));
    CHECK(strstr(problem.message, "--max-connections 4000 needs --max-memory "));
    CHECK(strstr(problem.message, "it is 736Mi"));
}

static void what_is_switched_on_costs(void)
{
    struct memory_wish wish = {.most = 736 * MIB, .policy = true, .record = true};
    size_t without;

    CHECK(fits(736, 0));
    without = parts();
    CHECK(memory_plan(&wish, &plan, &problem));
    CHECK(parts() < without);
    wish.most = 160 * MIB;
    CHECK(fits(160, 0));
    CHECK(!memory_plan(&wish, &plan, &problem));
}

TEST_MAIN(TEST(the_standard), TEST(every_size), TEST(more_is_never_less),
          TEST(the_smallest_has_one_request), TEST(connections_that_do_not_fit),
          TEST(what_is_switched_on_costs))
