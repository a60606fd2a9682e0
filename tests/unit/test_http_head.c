/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http.h"
#include "test.h"

/* Fields as "Name: value" lines. */
static struct http_head head_of(const char *fields)
{
    struct http_head head = {.method = "POST", .path = "/validate"};

    while (*fields) {
        size_t size = strcspn(fields, "\n"), name = 0;
        struct bytes value;

        while (name < size && fields[name] != ':')
            name++;
        value = (struct bytes){fields + name + 2, size - name - 2};
        http_head_field(&head, (struct bytes){fields, name}, value);
        fields += size + (fields[size] == '\n');
    }
    return head;
}

static const char *problem(const char *fields)
{
    struct http_head head = head_of(fields);

    return http_head_problem(&head);
}

static void usual_heads_pass(void)
{
    struct http_head head =
        head_of("Host: a\nContent-Length: 3950\nContent-Type: application/json");

    CHECK(!http_head_problem(&head));
    CHECK_INT(head.length, 3950);
    CHECK(!problem("Host: a"));
    CHECK(!problem("hOST: a\nTRANSFER-encoding: Chunked"));
    CHECK(!problem("Host: a\nX-Anything!#$%&'*+-.^_`|~: \tb\x80\xff"));
    CHECK(!problem("Host: a\nContent-Length: 18446744073709551600"));
}

static void ambiguous_heads_do_not(void)
{
    CHECK(problem("Content-Length: 1"));
    CHECK(problem("Host: a\nHost: a"));
    CHECK(problem("Host: a\nContent-Length: 1\nContent-Length: 1"));
    CHECK(problem("Host: a\ncontent-length: 1\nTransfer-Encoding: chunked"));
    CHECK(problem("Host: a\nTransfer-Encoding: chunked\nTransfer-Encoding: chunked"));
    CHECK(problem("Host: a\nTransfer-Encoding: gzip"));
    CHECK(problem("Host: a\nTransfer-Encoding: gzip\nTransfer-Encoding: chunked"));
    CHECK(problem("Host: a\nTransfer-Encoding: chunked, chunked"));
    CHECK(problem("Host: a\nContent-Type: a\nContent-Type: a"));
    CHECK(problem("Host: a\nContent-Length : 1"));
    CHECK(problem("Host: a\nContent-Length: 1\x01"));
    CHECK(problem("Host: a\nX: a\rb"));
    CHECK(problem("Host: a\nX: a\x7f"));
}

static void lengths_are_digits(void)
{
    CHECK(problem("Host: a\nContent-Length: "));
    CHECK(problem("Host: a\nContent-Length: -1"));
    CHECK(problem("Host: a\nContent-Length: +1"));
    CHECK(problem("Host: a\nContent-Length: 1 "));
    CHECK(problem("Host: a\nContent-Length: 0x1"));
    CHECK(problem("Host: a\nContent-Length: 18446744073709551616"));
    CHECK(problem("Host: a\nContent-Length: 99999999999999999999999"));
}

static void media_types_ignore_case_and_parameters(void)
{
    CHECK(http_media_type_is(BYTES("application/json"), "application/json"));
    CHECK(http_media_type_is(BYTES("Application/JSON;charset=utf-8"), "application/json"));
    CHECK(http_media_type_is(BYTES("application/json ; x"), "application/json"));
    CHECK(!http_media_type_is(BYTES("application/jsonx"), "application/json"));
    CHECK(!http_media_type_is(BYTES("application/jso"), "application/json"));
    CHECK(!http_media_type_is((struct bytes){NULL, 0}, "application/json"));
    CHECK(!http_media_type_is((struct bytes){"application/json\0", 17}, "application/json"));
}

TEST_MAIN(TEST(usual_heads_pass), TEST(ambiguous_heads_do_not), TEST(lengths_are_digits),
          TEST(media_types_ignore_case_and_parameters))
