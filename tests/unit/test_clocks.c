/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The controller in a world whose clock leaps, whose Secrets are lost and whose API server fails:
 * after every step each API server calls each server, by certificates that are verified. Nobody may
 * be left out, but for a while after a leap that ends what is served.
 */
#include "certs/note.h"
#include "certs/reader.h"
#include "certs/rotate.h"
#include "certs/store.h"
#include "test.h"

#include <stdint.h>
#include <stdlib.h>

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR, YEAR = 365 * DAY };

enum { LAG_MAX = 170, STEP = 10, STEPS = 1200 };

enum { REPAIR = 10 * MINUTE, STUCK = 42 * HOUR };

static const time_t start = 1800000000;

/* In place of the controller's own, which writes to stderr. */
enum { EVENTS_MAX = 32 };

static char events[EVENTS_MAX][400];
static unsigned event_count, issued, forgotten, failures;

void note(const char *event, const char *object, const char *format, ...)
{
    char *line = events[event_count++ % EVENTS_MAX];
    va_list args;
    int size;

    issued += strcmp(event, "certificate-issued") == 0;
    forgotten += strcmp(event, "ca-forgotten") == 0;
    failures += strcmp(event, "api-failed") == 0 || strcmp(event, "conflict") == 0;
    size = snprintf(line, sizeof *events, "%s %s: ", event, object ? object : "");
    va_start(args, format);
    (void)vsnprintf(line + size, sizeof *events - (size_t)size, format, args);
    va_end(args);
}

enum { SERVERS = 3, JUDGES = 4 };

struct world {
    struct store store;
    struct rotate_memory memories[2]; /* two copies of the controller take turns */
    struct reader servers[SERVERS], judges[JUDGES];
    X509 *leaves[SERVERS];
    X509_STORE *trust[JUDGES];
    int64_t now, excused_until; /* monotonic seconds */
    time_t offset;              /* of the clock that counts */
    uint64_t chance;
    bool calm; /* no faults */
    unsigned calls, excused, not_answered, leaps, losses;
};

static unsigned below(struct world *world, unsigned bound)
{
    world->chance ^= world->chance >> 12;
    world->chance ^= world->chance << 25;
    world->chance ^= world->chance >> 27;
    return (unsigned)((world->chance * 0x2545F4914F6CDD1DU) >> 33) % bound;
}

static time_t wall(const struct world *world)
{
    return start + (time_t)world->now + world->offset;
}

static enum store_fault fault_of(void *context)
{
    struct world *world = context;

    return world->calm || below(world, 40) ? FAULT_NONE
                                           : (enum store_fault)(1 + below(world, FAULT_CONFLICT));
}

/* Readers. */

static void server_looks(struct world *world, size_t i)
{
    struct pem_content content;

    if (!reader_looks(&world->servers[i], store_value(&world->store.secrets[0], "tls.crt"),
                      world->now))
        return;
    content = reader_decode(world->servers[i].has);
    X509_free(world->leaves[i]);
    world->leaves[i] = sk_X509_shift(content.certificates);
    pem_content_free(&content);
}

static const char *stored_bundle(const struct world *world, size_t judge)
{
    return world->store.registrations[judge % STORE_REGISTRATIONS].bundle;
}

static void judge_looks(struct world *world, size_t i)
{
    if (!reader_looks(&world->judges[i], stored_bundle(world, i), world->now))
        return;
    X509_STORE_free(world->trust[i]);
    world->trust[i] = reader_trust(world->judges[i].has);
}

static void all_look(struct world *world)
{
    for (size_t i = 0; i < SERVERS; i++)
        server_looks(world, i);
    for (size_t i = 0; i < JUDGES; i++)
        judge_looks(world, i);
}

/* Calls. */

static bool stuck(const struct world *world, size_t server)
{
    return world->now <= world->servers[server].stuck_until + LAG_MAX + STEP;
}

static bool over(const struct world *world, size_t server)
{
    X509 *leaf = world->leaves[server];

    return leaf && X509_cmp_time(X509_get0_notAfter(leaf), &(time_t){wall(world)}) < 0;
}

/* After a leap that ended what is served, until that is repaired: a certificate that is over, or a
 * CA that this API server has not heard of yet. */
static bool excused(const struct world *world, size_t judge, size_t server)
{
    bool good;
    X509_STORE *stored;

    if (over(world, server))
        return world->now < world->excused_until;
    if (world->now >= world->excused_until)
        return false;
    stored = reader_trust(stored_bundle(world, judge));
    good = reader_verify(store_settings.names[0], stored, world->leaves[server], wall(world)) ==
           X509_V_OK;
    X509_STORE_free(stored);
    return good;
}

static void complain(const struct world *world, size_t judge, size_t server, int error)
{
    printf("# %s does not trust %s: %s; day %.4f, clock %+.4f days\n", world->judges[judge].name,
           world->servers[server].name, X509_verify_cert_error_string(error),
           (double)world->now / (double)DAY, (double)world->offset / (double)DAY);
    for (unsigned i = event_count < EVENTS_MAX ? 0 : event_count - EVENTS_MAX; i < event_count; i++)
        printf("#   %s\n", events[i % EVENTS_MAX]);
}

static void call_all(struct world *world)
{
    for (size_t i = 0; i < JUDGES * SERVERS; i++) {
        size_t judge = i / SERVERS, server = i % SERVERS;
        int error;

        /* At the start there is nothing yet. */
        if (!world->trust[judge] || !world->leaves[server])
            continue;
        error = reader_verify(store_settings.names[0], world->trust[judge], world->leaves[server],
                              wall(world));
        world->calls++;
        if (error == X509_V_OK)
            continue;
        if (excused(world, judge, server))
            world->excused++;
        else if (!CHECK_INT(++world->not_answered, 0))
            complain(world, judge, server, error);
    }
}

/* What happens to them. */

static void leap(struct world *world)
{
    static const time_t leaps[] = {YEAR, -YEAR, 8 * DAY, -8 * DAY, -DAY, 300, -300};
    time_t by = leaps[below(world, sizeof leaps / sizeof *leaps)], offset = world->offset + by;

    if (offset > 2 * YEAR || offset < -2 * YEAR)
        return;
    world->leaps++;
    world->offset = offset;
    for (size_t i = 0; i < SERVERS; i++) {
        if (over(world, i) || world->servers[i].due)
            world->excused_until = world->now + REPAIR;
    }
    (void)snprintf(events[event_count++ % EVENTS_MAX], sizeof *events, "leap %+lld s",
                   (long long)by);
}

static void lose(struct world *world)
{
    /* Who loses both knows nothing of what a stuck one has. */
    unsigned what = below(world, stuck(world, SERVERS - 1) ? 2 : 3);

    world->losses++;
    if (what != 0)
        store_delete(&world->store.secrets[0]);
    if (what != 1)
        store_delete(&world->store.secrets[1]);
    (void)snprintf(events[event_count++ % EVENTS_MAX], sizeof *events, "loss of %s",
                   what == 0   ? "the CA"
                   : what == 1 ? "the certificate"
                               : "both");
}

static bool on_its_way(const struct world *world)
{
    for (size_t i = 0; i < SERVERS; i++) {
        if (world->servers[i].due)
            return true;
    }
    for (size_t i = 0; i < JUDGES; i++) {
        if (world->judges[i].due)
            return true;
    }
    return false;
}

static void disturb(struct world *world)
{
    if (below(world, 60) == 0 && !stuck(world, SERVERS - 1))
        leap(world);
    if (below(world, 150) == 0 && world->now > world->excused_until)
        lose(world);
    if (below(world, 20) == 0)
        world->memories[below(world, 2)] = (struct rotate_memory){.since_ms = world->now * 1000};
    if (below(world, 60) == 0 && world->now > world->excused_until && !stuck(world, SERVERS - 1) &&
        !on_its_way(world))
        world->servers[SERVERS - 1].stuck_until = world->now + STUCK;
}

/* Short steps where something is going on, long ones where nothing is. */
static int64_t step_of(struct world *world, enum rotate_status status)
{
    const struct store_secret *authority = &world->store.secrets[1];
    int64_t left = world->servers[SERVERS - 1].stuck_until - world->now, step;

    if (status != ROTATE_NOTHING || on_its_way(world) || world->now < world->excused_until ||
        !authority->version || store_value(authority, "next.crt"))
        return STEP;
    step = STEP + (int64_t)below(world, 12 * HOUR);
    return left > 0 && left < step ? left : step;
}

static enum rotate_status look(struct world *world)
{
    world->store.date = wall(world);
    return rotate(&store_settings, &world->memories[below(world, 2)], store_api(&world->store),
                  world->now * 1000, wall(world));
}

static void run(struct world *world)
{
    for (unsigned i = 0; i < STEPS && !world->not_answered; i++) {
        enum rotate_status status = look(world);

        all_look(world);
        call_all(world);
        world->now += step_of(world, status);
        disturb(world);
        all_look(world);
    }
}

static void world_free(struct world *world)
{
    for (size_t i = 0; i < SERVERS; i++) {
        free(world->servers[i].has);
        X509_free(world->leaves[i]);
    }
    for (size_t i = 0; i < JUDGES; i++) {
        free(world->judges[i].has);
        X509_STORE_free(world->trust[i]);
    }
    store_free(&world->store);
}

static void random_world(uint64_t seed)
{
    struct world world = {
        .store = {.secrets = {{.name = "tls"}, {.name = "ca"}},
                  .registrations = {{"/mutating", 1, strdup("")}, {"/validating", 2, strdup("")}},
                  .versions = 2,
                  .fault_of = fault_of},
        .servers = {{"a quick node", .lag = 1},
                    {"a slow node", .lag = LAG_MAX},
                    {"a node that gets stuck", .lag = 60}},
        .judges = {{"mutating, at once", .lag = 0},
                   {"validating, at once", .lag = 0},
                   {"mutating, late", .lag = LAG_MAX},
                   {"validating, late", .lag = LAG_MAX}},
        .chance = seed * 0x9E3779B97F4A7C15U,
        .excused_until = REPAIR,
    };

    world.store.context = &world;
    event_count = issued = forgotten = failures = 0;
    run(&world);
    printf("# seed %llu: %.0f days, %u calls, %u excused, %u not answered; %u leaps, %u losses, "
           "%u failures, %u certificates, %u CAs forgotten\n",
           (unsigned long long)seed, (double)world.now / (double)DAY, world.calls, world.excused,
           world.not_answered, world.leaps, world.losses, failures, issued, forgotten);
    CHECK(issued > 10 && forgotten > 0 && world.leaps > 5 && failures > 20);
    world_free(&world);
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    uint64_t end = argc > 2 ? strtoull(argv[2], NULL, 10) : seed;

    /* Without arguments, seed 1; with them, from one seed to another. */
    for (; seed <= end; seed++)
        random_world(seed);
    return test_failures > 0;
}
