/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request and an answer without the library that carries them: what a handler sees, and the
 * strictness about header fields that libmicrohttpd 0.9.75 lacks (two Content-Length, a coding
 * other than chunked, no Host: all tried, all let through). Pure.
 */
#ifndef SERVER_HTTP_H
#define SERVER_HTTP_H

#include "core/bytes.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    HTTP_OK = 200,
    HTTP_BAD_REQUEST = 400,
    HTTP_NOT_FOUND = 404,
    HTTP_METHOD_NOT_ALLOWED = 405,
    HTTP_CONTENT_TOO_LARGE = 413,
    HTTP_UNSUPPORTED_MEDIA_TYPE = 415,
    HTTP_TOO_MANY_REQUESTS = 429,
    HTTP_INTERNAL_ERROR = 500,
    HTTP_UNAVAILABLE = 503,
};

/* What of a request's head matters here. Texts live as long as the request. */
struct http_head {
    const char *method, *path;
    struct bytes content_type, content_encoding;
    bool chunked;
    bool malformed;    /* a field name that is no token, or a control character in a value */
    bool other_coding; /* a Transfer-Encoding that is not just `chunked` */
    unsigned hosts, lengths, codings, content_types;
    uint64_t length; /* Content-Length; UINT64_MAX where it is no number */
};

/* Takes one header field; call it for each, also for those with the same name. */
void http_head_field(struct http_head *head, struct bytes name, struct bytes value);

/* A sentence if the head must be refused with 400, else NULL. */
const char *http_head_problem(const struct http_head *head);

/* Is the media type this one? Parameters are ignored, case too (RFC 9110, 8.3.1). */
bool http_media_type_is(struct bytes content_type, const char *media_type);

struct http_answer {
    unsigned status;
    const char *content_type; /* NULL: plain text */
    const char *allow;        /* of a 405; or NULL */
    unsigned retry_after;     /* seconds; 0: none */
    struct bytes body;
};

/* One request on its way: known to whoever carries it (listener.c). */
struct http_exchange;

/* Hands the answer over; its texts are copied. Once for each exchange. False if it is not sent: it
 * became http_busy() where too many large answers wait for their readers, or the connection ends
 * without one where there is no memory. */
bool http_reply(struct http_exchange *exchange, const struct http_answer *answer);

/* The same with a sentence of plain text as the body. */
void http_say(struct http_exchange *exchange, unsigned status, const char *sentence);

/* Something that others hold is used up: 429, to be tried again in a second. */
void http_busy(struct http_exchange *exchange, const char *sentence);

/* What a port serves. Called from many threads at once. */
struct http_site {
    void *context; /* given to each function */
    /* The head is there: true if the body is wanted, false if it replied with a refusal; the
     * connection ends after that. */
    bool (*begin)(void *context, struct http_exchange *exchange, const struct http_head *head);
    /* The whole request is there: replies. */
    void (*finish)(void *context, struct http_exchange *exchange, const struct http_head *head,
                   struct bytes body);
    /* An answer was handed over: for counting. May be NULL. */
    void (*answered)(void *context, const struct http_head *head, unsigned status);
};

#endif
