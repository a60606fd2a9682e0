/* SPDX-License-Identifier: Apache-2.0 */
#include "server/memory_plan.h"

#include "admission/admit.h"
#include "admission/policy.h"
#include "server/address.h"
#include "server/answer.h"
#include "server/body.h"
#include "server/connections.h"
#include "server/log.h"
#include "server/recorder.h"
#include "server/tls.h"

#define KIB ((size_t)1024)
#define MIB (1024 * KIB)

/*
 * What each costs at most. CONNECTION is its thread, session and buffers (77 KiB were measured,
 * with a header of 29 KiB and 480 levels of JSON read), what TLS keeps until it is understood, a
 * body, and the kernel's part: what was received and not read yet, a stack, records of its own.
 * While an answer waits to be read there is no body.
 */
#define KERNEL (24 * KIB)
#define RECEIVED (2 * (size_t)ADDRESS_RECEIVE_BUFFER)
#define SENT (2 * (size_t)ADDRESS_SEND_BUFFER)
#define CONNECTION (88 * KIB + TLS_MOST_UNHEARD + BODY_SMALL + RECEIVED + KERNEL)
#define PLAIN_CONNECTION (64 * KIB + RECEIVED + SENT + KERNEL)

_Static_assert((int)ANSWER_SMALL <= (int)BODY_SMALL && SENT <= (size_t)TLS_MOST_UNHEARD,
               "an answer that is not read has the room of a body and of a handshake");

/* The program and its libraries (10 MiB), the log's queue, /metrics, certificates. */
#define PROCESS (24 * MIB)
/* The old one and the new one. */
#define POLICY (2 * ((size_t)POLICY_ARENA_LIMIT + POLICY_LARGEST))
#define BESIDE_ARENA (4 * MIB) /* libyaml's own while a request is judged: 2 were measured */

enum {
    PLAIN_CONNECTIONS = 32, /* probes and a scraper or two */
    LEAST_CONNECTIONS = 64, /* two API servers that keep 25 each, and some more */
    GOOD_CONNECTIONS = 512,
    CONNECTIONS_EIGHTHS = 3, /* of what is not fixed */
    LARGE_PART = 8,          /* of what is left then, one of that many */
};

/* A body of 7 MiB beside an answer of that size; 2,800 worker groups in 250 KB take 17 MiB. */
#define LEAST_LARGE (16 * MIB)
#define LEAST_REQUEST (24 * MIB)
/* The most costly body below WORKERS_SMALL_BODY that is known takes 53: 49,000 findings. */
#define GOOD_SMALL_REQUEST (64 * MIB)
#define MOST_LARGE (256 * MIB)

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t fixed(const struct memory_wish *wish)
{
    return PROCESS + connections_with_leaving(PLAIN_CONNECTIONS) * PLAIN_CONNECTION +
           (wish->policy ? POLICY : 0) + (wish->record ? RECORDER_CONTENT_MEMORY : 0);
}

static size_t cost_of(size_t connections)
{
    return connections_with_leaving(connections) * CONNECTION;
}

static size_t least(const struct memory_wish *wish)
{
    size_t connections = wish->connections ? wish->connections : LEAST_CONNECTIONS;

    return fixed(wish) + cost_of(connections) + LEAST_LARGE + LEAST_REQUEST + BESIDE_ARENA;
}

static size_t places(size_t bytes)
{
    size_t places = GOOD_CONNECTIONS;

    while (places > LEAST_CONNECTIONS && cost_of(places) > bytes)
        places--;
    return places;
}

/* Half for the one that judges large bodies, up to what is good for it, then small ones. Where that
 * would be too little for either, one judges all. */
static struct workers_size split_requests(size_t bytes)
{
    const size_t most = ADMIT_ARENA_LIMIT + BESIDE_ARENA;
    size_t large = smaller(bytes / 2, most);
    size_t small = smaller(bytes - large, GOOD_SMALL_REQUEST + BESIDE_ARENA);

    if (large < LEAST_REQUEST + BESIDE_ARENA)
        return (struct workers_size){.small_count = 1,
                                     .small_bytes = smaller(bytes, most) - BESIDE_ARENA};
    return (struct workers_size){
        .small_count = smaller((bytes - large) / small, WORKERS_MOST),
        .small_bytes = small - BESIDE_ARENA,
        .large_bytes = large - BESIDE_ARENA,
    };
}

/* Rounded up, as one would type it. */
static unsigned long long mebibytes(size_t bytes)
{
    return (bytes + MIB - 1) / MIB;
}

static bool fits(const struct memory_wish *wish, struct problem *problem)
{
    size_t needed = least(wish);

    if (wish->most >= needed)
        return true;
    if (wish->connections)
        problem_set(problem, 0, 0,
                    "--max-connections %zu needs --max-memory %lluMi at least, and it is %lluMi",
                    wish->connections, mebibytes(needed), mebibytes(wish->most));
    else
        problem_set(problem, 0, 0, "--max-memory is %lluMi: the smallest possible is %lluMi",
                    mebibytes(wish->most), mebibytes(needed));
    return false;
}

bool memory_plan(const struct memory_wish *wish, struct memory_plan *ret, struct problem *problem)
{
    size_t rest;

    if (!fits(wish, problem))
        return false;
    rest = wish->most - fixed(wish);
    *ret = (struct memory_plan){
        .most = wish->most,
        .connections =
            wish->connections ? wish->connections : places(rest / 8 * CONNECTIONS_EIGHTHS),
        .plain_connections = PLAIN_CONNECTIONS,
    };
    rest -= cost_of(ret->connections);
    ret->large = smaller(larger(rest / LARGE_PART, LEAST_LARGE), MOST_LARGE);
    ret->workers = split_requests(rest - ret->large);
    return true;
}

void memory_plan_log(const struct memory_plan *plan)
{
    struct log_line line = log_begin("memory");
    const struct workers_size *workers = &plan->workers;

    log_number(&line, "most", (int64_t)plan->most);
    log_number(&line, "connections", (int64_t)plan->connections);
    log_number(&line, "largeBodiesAndAnswers", (int64_t)plan->large);
    log_number(&line, "requestsAtOnce", (int64_t)workers->small_count + (workers->large_bytes > 0));
    log_number(&line, "smallRequest", (int64_t)workers->small_bytes);
    log_number(&line, "largeRequest",
               (int64_t)(workers->large_bytes ? workers->large_bytes : workers->small_bytes));
    log_end(&line);
}
