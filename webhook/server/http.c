/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http.h"

#include <strings.h>

static bool is(struct bytes text, const char *name)
{
    return text.size == strlen(name) && strncasecmp(text.data, name, text.size) == 0;
}

static bool is_letter_or_digit(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* RFC 9110, 5.6.2. `Content-Length :` with a blank is none: libmicrohttpd 0.9.75 takes it for a
 * field of another name, a proxy before it may not. */
static bool is_token(struct bytes name)
{
    for (size_t i = 0; i < name.size; i++) {
        unsigned char c = (unsigned char)name.data[i];

        if (!is_letter_or_digit(c) && !(c && strchr("!#$%&'*+-.^_`|~", c)))
            return false;
    }
    return name.size > 0;
}

static bool is_field_text(struct bytes value)
{
    for (size_t i = 0; i < value.size; i++) {
        unsigned char c = (unsigned char)value.data[i];

        if ((c < ' ' && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

static uint64_t length_of(struct bytes text)
{
    uint64_t length = 0;

    for (size_t i = 0; i < text.size; i++) {
        unsigned digit = (unsigned)(unsigned char)text.data[i] - '0';

        if (digit > 9 || length > (UINT64_MAX - 9) / 10)
            return UINT64_MAX;
        length = length * 10 + digit;
    }
    return text.size ? length : UINT64_MAX;
}

static void take_host(struct http_head *head, struct bytes value)
{
    (void)value;
    head->hosts++;
}

static void take_length(struct http_head *head, struct bytes value)
{
    head->lengths++;
    head->length = length_of(value);
}

static void take_coding(struct http_head *head, struct bytes value)
{
    head->codings++;
    head->chunked = is(value, "chunked");
    head->other_coding = head->other_coding || !head->chunked;
}

static void take_type(struct http_head *head, struct bytes value)
{
    head->content_types++;
    head->content_type = value;
}

static void take_encoding(struct http_head *head, struct bytes value)
{
    head->content_encoding = value;
}

static const struct {
    const char *name;
    void (*take)(struct http_head *head, struct bytes value);
} fields[] = {
    {"Host", take_host},
    {"Content-Length", take_length},
    {"Transfer-Encoding", take_coding},
    {"Content-Type", take_type},
    {"Content-Encoding", take_encoding},
};

void http_head_field(struct http_head *head, struct bytes name, struct bytes value)
{
    if (!is_token(name) || !is_field_text(value))
        head->malformed = true;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (is(name, fields[i].name))
            fields[i].take(head, value);
    }
}

const char *http_head_problem(const struct http_head *head)
{
    if (head->malformed)
        return "a header field has a name that is no token, or a control character in its value\n";
    if (head->hosts != 1)
        return "the request must have one Host header field\n";
    if (head->lengths > 1)
        return "Content-Length stands more than once\n";
    if (head->lengths && head->codings)
        return "Content-Length and Transfer-Encoding exclude each other\n";
    if (head->codings > 1 || head->other_coding)
        return "the only transfer coding understood here is one `chunked`\n";
    if (head->lengths && head->length == UINT64_MAX)
        return "Content-Length is no number\n";
    if (head->content_types > 1)
        return "Content-Type stands more than once\n";
    return NULL;
}

bool http_media_type_is(struct bytes content_type, const char *media_type)
{
    static const char ends[] = {';', ' ', '\t'};
    size_t size = 0;

    while (size < content_type.size && !memchr(ends, content_type.data[size], sizeof ends))
        size++;
    return is((struct bytes){content_type.data, size}, media_type);
}

void http_say(struct http_exchange *exchange, unsigned status, const char *sentence)
{
    (void)http_reply(exchange, &(struct http_answer){.status = status, .body = bytes_of(sentence)});
}

void http_busy(struct http_exchange *exchange, const char *sentence)
{
    (void)http_reply(exchange, &(struct http_answer){.status = HTTP_TOO_MANY_REQUESTS,
                                                     .retry_after = 1,
                                                     .body = bytes_of(sentence)});
}
