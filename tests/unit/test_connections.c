/* SPDX-License-Identifier: Apache-2.0 */
#include "server/connections.h"
#include "test.h"

#include <sys/socket.h>
#include <unistd.h>

enum { PLACES = 4, ALL = 32 };

static struct connections *connections;
static int ours[ALL], theirs[ALL];
static struct connection *open_ones[ALL];

static void begin(int64_t timeout_ms)
{
    struct connection_limits limits = {.most = PLACES};

    for (int state = 0; state < CONNECTION_CUT; state++)
        limits.timeout_ms[state] = timeout_ms;
    connections = connections_new(&limits);
    memset(open_ones, 0, sizeof open_ones);
}

static struct connection *add(int i)
{
    int pair[2] = {-1, -1};

    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    ours[i] = pair[0];
    theirs[i] = pair[1];
    open_ones[i] = connections_open(connections, ours[i]);
    return open_ones[i];
}

/* The peer reads the end of the stream once we shut our socket down. */
static bool is_cut(int i)
{
    char byte;

    return recv(theirs[i], &byte, 1, MSG_DONTWAIT) == 0;
}

static void end(int count)
{
    for (int i = 0; i < count; i++) {
        connection_closed(open_ones[i]);
        close(ours[i]);
        close(theirs[i]);
    }
    CHECK_INT(connections_present(connections), 0);
    connections_free(connections);
}

static void the_oldest_makes_room(void)
{
    begin(0);
    for (int i = 0; i < PLACES + 2; i++)
        CHECK(add(i));
    for (int i = 0; i < PLACES + 2; i++)
        CHECK_INT(is_cut(i), i < 2);
    CHECK_INT(connections_count(connections).ended[CONNECTION_END_CROWDED], 2);
    CHECK_INT(connections_count(connections).in[CONNECTION_CUT], 2);
    end(PLACES + 2);
}

static void a_rush_waits_until_those_who_were_cut_are_gone(void)
{
    const int comfortable = PLACES + (int)(connections_with_leaving(PLACES) - PLACES) / 2;

    begin(0);
    for (int i = 0; i < comfortable; i++)
        CHECK(add(i));
    CHECK_INT(connections_pause(connections), 0);
    for (int i = comfortable; i < comfortable + 2; i++)
        CHECK(add(i));
    CHECK_INT(connections_pause(connections), 2);
    connection_closed(open_ones[0]);
    connection_closed(open_ones[1]);
    open_ones[0] = open_ones[1] = NULL;
    CHECK_INT(connections_pause(connections), 0);
    end(comfortable + 2);
}

/* Who opens goes before who sends, who sends before who waits; who is answered stays. */
static void the_busy_go_last(void)
{
    static const enum connection_state states[PLACES] = {CONNECTION_ANSWERING, CONNECTION_IDLE,
                                                         CONNECTION_BODY, CONNECTION_HEADER};

    begin(0);
    for (int i = 0; i < PLACES; i++) {
        connection_enter(add(i), CONNECTION_IDLE);
        connection_enter(open_ones[i], states[i]);
    }
    for (int i = PLACES; i < 2 * PLACES; i++) {
        struct connection *next = add(i);

        CHECK(i == 2 * PLACES - 1 ? !next : !!next);
        if (next)
            connection_enter(next, CONNECTION_ANSWERING);
    }
    CHECK(!is_cut(0));
    for (int i = 1; i < PLACES; i++)
        CHECK(is_cut(i));
    end(2 * PLACES);
}

/* After the idle, and long before its deadline: else a crowd that reads nothing takes all places.
 */
static void who_does_not_read_makes_room(void)
{
    begin(0);
    for (int i = 0; i < PLACES; i++)
        connection_enter(add(i), i == 1   ? CONNECTION_SENDING
                                 : i == 3 ? CONNECTION_IDLE
                                          : CONNECTION_ANSWERING);
    connection_enter(add(PLACES), CONNECTION_ANSWERING);
    CHECK(is_cut(3) && !is_cut(1));
    connection_enter(add(PLACES + 1), CONNECTION_ANSWERING);
    CHECK(is_cut(1));
    CHECK(!add(PLACES + 2));
    end(PLACES + 3);
}

static void a_place_is_free_again(void)
{
    begin(0);
    for (int i = 0; i < PLACES; i++)
        connection_enter(add(i), CONNECTION_ANSWERING);
    CHECK(!add(PLACES));
    connection_closed(open_ones[0]);
    open_ones[0] = NULL;
    CHECK(add(PLACES + 1));
    end(PLACES + 2);
}

static void who_was_cut_stays_so(void)
{
    begin(0);
    for (int i = 0; i <= PLACES; i++)
        add(i);
    connection_enter(open_ones[0], CONNECTION_IDLE);
    CHECK_INT(connections_count(connections).in[CONNECTION_CUT], 1);
    CHECK_INT(connections_count(connections).in[CONNECTION_IDLE], 0);
    end(PLACES + 1);
}

/* So the handshake and the header have one deadline. */
static void the_first_header_is_part_of_the_opening(void)
{
    begin(0);
    connection_enter(add(0), CONNECTION_HEADER);
    CHECK_INT(connections_count(connections).in[CONNECTION_OPENING], 1);
    connection_enter(open_ones[0], CONNECTION_BODY);
    connection_enter(open_ones[0], CONNECTION_IDLE);
    connection_enter(open_ones[0], CONNECTION_HEADER);
    CHECK_INT(connections_count(connections).in[CONNECTION_HEADER], 1);
    end(1);
}

static void deadlines(void)
{
    int64_t wait = 0;

    begin(5);
    connection_enter(add(0), CONNECTION_BODY);
    add(1);
    for (int i = 0; i < 10000 && !(is_cut(0) && is_cut(1)); i++) {
        wait = connections_sweep(connections, 1000);
        usleep(1000);
    }
    CHECK(is_cut(0) && is_cut(1));
    CHECK_INT(connections_count(connections).ended[CONNECTION_END_DEADLINE], 2);
    CHECK_INT(connections_sweep(connections, 1000), 1000);
    CHECK(wait > 0);
    end(2);
}

static void a_deadline_comes_with_the_state(void)
{
    begin(3600 * 1000);
    add(0);
    CHECK_INT(connections_sweep(connections, 1000), 1000);
    CHECK(connections_sweep(connections, (int64_t)7200 * 1000) <= (int64_t)3600 * 1000);
    connections_hurry(connections, 1800 * 1000);
    CHECK(connections_sweep(connections, (int64_t)7200 * 1000) <= (int64_t)1800 * 1000);
    CHECK(!is_cut(0));
    end(1);
}

/* Without a deadline of its own, a call gets one at the end. */
static void a_call_is_hurried_too(void)
{
    begin(0);
    connection_enter(add(0), CONNECTION_BODY);
    connection_enter(add(1), CONNECTION_ANSWERING);
    connections_hurry(connections, 1);
    usleep(5000);
    (void)connections_sweep(connections, 1000);
    CHECK(is_cut(0) && is_cut(1));
    end(2);
}

static void only_the_idle_without_unread_bytes_are_drained(void)
{
    begin(0);
    connection_enter(add(0), CONNECTION_IDLE);
    connection_enter(add(1), CONNECTION_IDLE);
    connection_enter(add(2), CONNECTION_ANSWERING);
    add(3);
    CHECK_INT(write(theirs[1], "x", 1), 1);
    connections_cut_idle(connections);
    CHECK(is_cut(0));
    CHECK(!is_cut(1) && !is_cut(2) && !is_cut(3));
    end(4);
}

static void the_oldest_large_one_goes(void)
{
    begin(0);
    for (int i = 0; i < PLACES; i++) {
        connection_enter(add(i), i == 1 ? CONNECTION_SENDING : CONNECTION_BODY);
        usleep(2000);
    }
    for (int i = 1; i < PLACES; i++)
        connection_set_large(open_ones[i]);
    connections_cut_large(open_ones[2]);
    CHECK(!is_cut(0) && is_cut(1) && !is_cut(2) && !is_cut(3));
    connections_cut_large(open_ones[2]);
    connections_cut_large(open_ones[2]);
    CHECK(!is_cut(0) && !is_cut(2) && is_cut(3));
    end(PLACES);
}

/* Neither of the memory of who is judged now, nor of one that was small again. */
static void large_is_one_that_is_so_now(void)
{
    begin(0);
    connection_enter(add(0), CONNECTION_BODY);
    connection_set_large(open_ones[0]);
    connection_enter(open_ones[0], CONNECTION_ANSWERING);
    connection_enter(add(1), CONNECTION_BODY);
    connections_cut_large(open_ones[1]);
    CHECK(!is_cut(0));
    connection_enter(open_ones[0], CONNECTION_SENDING);
    connection_set_large(open_ones[0]);
    connections_cut_large(open_ones[1]);
    CHECK(is_cut(0));
    end(2);
}

static void who_asked_nothing_is_counted(void)
{
    begin(0);
    add(0);
    connection_enter(add(1), CONNECTION_BODY);
    for (int i = 0; i < 2; i++) {
        connection_closed(open_ones[i]);
        open_ones[i] = NULL;
    }
    CHECK_INT(connections_count(connections).silent, 1);
    CHECK_INT(connections_count(connections).opened, 2);
    end(2);
}

TEST_MAIN(TEST(the_oldest_makes_room), TEST(the_busy_go_last), TEST(who_does_not_read_makes_room),
          TEST(a_rush_waits_until_those_who_were_cut_are_gone), TEST(a_place_is_free_again),
          TEST(who_was_cut_stays_so), TEST(the_first_header_is_part_of_the_opening),
          TEST(deadlines), TEST(a_deadline_comes_with_the_state), TEST(a_call_is_hurried_too),
          TEST(only_the_idle_without_unread_bytes_are_drained), TEST(the_oldest_large_one_goes),
          TEST(large_is_one_that_is_so_now), TEST(who_asked_nothing_is_counted))
