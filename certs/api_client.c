/* SPDX-License-Identifier: Apache-2.0 */
/* The only file that sees libcurl. */
#include "certs/api_client.h"

#include "certs/files.h"
#include "certs/wiped_memory.h"
#include "core/text.h"

#include <curl/curl.h>
#include <openssl/crypto.h>
#include <stdlib.h>

struct api_client {
    const struct api_client_settings *settings;
    CURL *curl; /* kept for its connection */
};

enum { RETRY_AFTER_MAX = 24 * 60 * 60 };

/* What curl's callbacks fill during a call. */
struct receiving {
    struct text body;
    time_t date;
    bool too_large;
};

static size_t take_body(char *data, size_t one, size_t size, void *context)
{
    struct receiving *receiving = context;

    (void)one; /* always 1 */
    if (size > API_ANSWER_LIMIT - receiving->body.size) {
        receiving->too_large = true;
        return 0;
    }
    text_put(&receiving->body, (struct bytes){data, size});
    return arena_exhausted(receiving->body.arena) ? 0 : size;
}

static size_t take_header(char *data, size_t one, size_t size, void *context)
{
    static const char name[] = "date:";
    struct receiving *receiving = context;
    char value[64] = "";

    (void)one;
    if (size < sizeof name || size - sizeof name >= sizeof value - 1 ||
        !curl_strnequal(data, name, sizeof name - 1))
        return size;
    memcpy(value, data + sizeof name - 1, size - sizeof name + 1);
    receiving->date = curl_getdate(value, NULL);
    if (receiving->date < 0)
        receiving->date = 0;
    return size;
}

struct api_client *api_client_new(const struct api_client_settings *settings)
{
    struct api_client *client = calloc(1, sizeof *client);

    if (!client || curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wiped_free, wiped_realloc,
                                        strdup, calloc) != CURLE_OK) {
        free(client);
        return NULL;
    }
    *client = (struct api_client){.settings = settings, .curl = curl_easy_init()};
    if (client->curl)
        return client;
    api_client_free(client);
    return NULL;
}

void api_client_free(struct api_client *client)
{
    if (!client)
        return;
    curl_easy_cleanup(client->curl);
    curl_global_cleanup();
    free(client);
}

static bool fail(struct problem *problem, const char *message)
{
    problem_set(problem, 0, 0, "%s", message);
    return false;
}

/* A token has no blanks; one with a line end in it would be a header of somebody's own. */
static bool token_valid(const char *token)
{
    size_t length = strlen(token);

    return length > 0 && strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                       "0123456789-._~+/=") == length;
}

static bool add_header(struct curl_slist **headers, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*headers, line);

    if (longer)
        *headers = longer;
    return longer != NULL;
}

static bool add_token(const struct api_client *client, struct curl_slist **headers,
                      struct problem *problem)
{
    static const char name[] = "Authorization: Bearer ";
    struct file_content token;
    char *line;
    bool good;

    if (file_read(client->settings->token_file, &token, problem) != FILE_READ)
        return false;
    token.data[strcspn(token.data, "\r\n")] = '\0';
    line = OPENSSL_malloc(sizeof name + token.size);
    good = token_valid(token.data);
    if (!good)
        file_problem(problem, client->settings->token_file, "no token in it");
    else if (line)
        (void)snprintf(line, sizeof name + token.size, "%s%s", name, token.data);
    good = good && ((line && add_header(headers, line)) || fail(problem, "no memory"));
    OPENSSL_clear_free(line, sizeof name + token.size);
    file_content_free(&token);
    return good;
}

static bool set_target(CURL *curl, const struct api_client_settings *settings, const char *url)
{
    return curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_CAPATH, NULL) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_CAINFO, settings->ca_file) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)settings->timeout_ms) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
}

#if LIBCURL_VERSION_NUM >= 0x075700
/* It would keep what it read for a day, and trust a CA that was taken out of the file. */
static bool set_no_cache(CURL *curl)
{
    return curl_easy_setopt(curl, CURLOPT_CA_CACHE_TIMEOUT, 0L) == CURLE_OK;
}
#else
static bool set_no_cache(CURL *curl)
{
    return curl != NULL;
}
#endif

static bool set_request(CURL *curl, const struct api_request *request)
{
    if (!request->content_type)
        return curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L) == CURLE_OK;
    return curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body.data) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.size) ==
               CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method) == CURLE_OK;
}

static bool set_receiving(CURL *curl, struct receiving *receiving)
{
    return curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEDATA, receiving) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HEADERDATA, receiving) == CURLE_OK;
}

static bool set_headers(const struct api_client *client, struct arena *arena,
                        const struct api_request *request, struct curl_slist **headers,
                        struct problem *problem)
{
    const char *type = request->content_type
                           ? arena_printf(arena, "Content-Type: %s", request->content_type)
                           : NULL;

    if (!add_header(headers, "Accept: application/json") ||
        !add_header(headers, "User-Agent: rayservice-webhook") || !add_header(headers, "Expect:") ||
        (type && !add_header(headers, type)))
        return fail(problem, "no memory");
    return add_token(client, headers, problem);
}

/* Seconds or a date, as HTTP has both. */
static bool get_retry_after(CURL *curl, int64_t *ret)
{
    curl_off_t seconds = 0;
    bool good = curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK;

    *ret = seconds < RETRY_AFTER_MAX ? (int64_t)seconds : RETRY_AFTER_MAX;
    return good;
}

static bool perform(const struct api_client *client, struct receiving *receiving,
                    struct api_reply *ret, struct problem *problem)
{
    char reason[CURL_ERROR_SIZE] = "";
    CURLcode code;

    (void)curl_easy_setopt(client->curl, CURLOPT_ERRORBUFFER, reason);
    code = curl_easy_perform(client->curl);
    (void)curl_easy_setopt(client->curl, CURLOPT_ERRORBUFFER, NULL);
    ret->status = -(long)code;
    if (receiving->too_large)
        return fail(problem, "the API server's answer is larger than 4 MiB");
    if (arena_exhausted(receiving->body.arena))
        return fail(problem, "no memory");
    if (code != CURLE_OK) {
        problem_set(problem, 0, 0, "no answer from %.60s: %.100s", client->settings->server,
                    *reason ? reason : curl_easy_strerror(code));
        return false;
    }
    ret->body = text_bytes(&receiving->body);
    ret->date = receiving->date;
    return curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &ret->status) == CURLE_OK &&
           get_retry_after(client->curl, &ret->retry_after);
}

static bool call(void *self, struct arena *arena, const struct api_request *request,
                 struct api_reply *ret, struct problem *problem)
{
    struct api_client *client = self;
    struct receiving receiving = {.body = text_new(arena)};
    struct curl_slist *headers = NULL;
    const char *url = arena_printf(arena, "%s%s", client->settings->server, request->path);
    bool good;

    *ret = (struct api_reply){.status = 0};
    curl_easy_reset(client->curl);
    good = set_headers(client, arena, request, &headers, problem);
    if (good && !(set_target(client->curl, client->settings, url) && set_no_cache(client->curl) &&
                  set_request(client->curl, request) && set_receiving(client->curl, &receiving) &&
                  curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK))
        good = fail(problem, "libcurl refuses an option; is the API server's address a URL?");
    good = good && perform(client, &receiving, ret, problem);
    curl_slist_free_all(headers);
    return good;
}

struct api api_client_api(struct api_client *client)
{
    return (struct api){.call = call, .self = client};
}
