/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/objects.h"

#include <openssl/evp.h>

enum {
    HTTP_OK = 200,
    HTTP_CREATED = 201,
    HTTP_ABSENT = 404,
    HTTP_CONFLICT = 409,
    HTTP_TEST = 422,
    HTTP_BUSY = 429,
    HTTP_UNAVAILABLE = 503,
};

static const struct json_limits limits = {.depth = 64, .values = 100000};

/* Calls. */

static bool ask(struct access *access, const struct api_request *request, struct api_reply *ret,
                struct problem *problem)
{
    bool answered;

    access->left_out = access->retry_after > 0;
    if (access->left_out) {
        problem_set(problem, 0, 0, "left out: the API server asked for a pause");
        return false;
    }
    answered = access->api.call(access->api.self, access->arena, request, ret, problem);
    access->status = ret->status;
    if (!answered)
        return false;
    if (ret->date)
        access->date = ret->date;
    if (ret->status == HTTP_BUSY || ret->status == HTTP_UNAVAILABLE)
        access->retry_after = ret->retry_after;
    return true;
}

/* "403: secrets "x" is forbidden: …": the API server's own sentence, where there is one. */
static void refusal(struct access *access, const char *method, const struct api_reply *reply,
                    struct problem *problem)
{
    const struct json *status = NULL;
    struct problem unused = {0};
    const char *message = NULL;

    if (json_parse(access->arena, reply->body, &limits, &status, &unused) == JSON_OK)
        message = json_string(json_member(status, "message"));
    problem_set(problem, 0, 0, "%s is answered with %ld%s%.160s", method, reply->status,
                message ? ": " : "", message ? message : "");
}

/* *ret: NULL where the object is not there. */
static bool get(struct access *access, const char *path, const struct json **ret,
                struct problem *problem)
{
    const struct api_request request = {.method = "GET", .path = path};
    struct problem inner = {0};
    struct api_reply reply = {0};

    *ret = NULL;
    if (!ask(access, &request, &reply, problem))
        return false;
    if (reply.status == HTTP_ABSENT)
        return true;
    if (reply.status != HTTP_OK) {
        refusal(access, "GET", &reply, problem);
        return false;
    }
    if (json_parse(access->arena, reply.body, &limits, ret, &inner) == JSON_OK &&
        json_string(json_get(*ret, "metadata.resourceVersion")))
        return true;
    problem_set(problem, 0, 0, "the API server's answer is no object: %.120s",
                *inner.message ? inner.message : "it has no resourceVersion");
    return false;
}

static const char json_patch[] = "application/json-patch+json";

/* 404: it was deleted since it was read; for a creation it is the namespace that is not there.
 * 422: a "test" of a JSON Patch did not hold. */
static bool lost_race(long status, const char *method, const char *type)
{
    return status == HTTP_CONFLICT || (status == HTTP_ABSENT && strcmp(method, "PATCH") == 0) ||
           (status == HTTP_TEST && strcmp(type, json_patch) == 0);
}

static enum outcome put(struct access *access, const char *method, const char *path,
                        const char *type, struct text *body, struct problem *problem)
{
    const struct api_request request = {
        .method = method, .path = path, .content_type = type, .body = text_bytes(body)};
    struct api_reply reply = {0};

    if (arena_exhausted(access->arena)) {
        problem_set(problem, 0, 0, "no memory");
        return OUTCOME_FAILED;
    }
    if (!ask(access, &request, &reply, problem))
        return OUTCOME_FAILED;
    if (reply.status == HTTP_OK || reply.status == HTTP_CREATED)
        return OUTCOME_DONE;
    refusal(access, method, &reply, problem);
    return lost_race(reply.status, method, type) ? OUTCOME_CONFLICT : OUTCOME_FAILED;
}

static const char *version_of(const struct json *object)
{
    return json_string(json_get(object, "metadata.resourceVersion"));
}

/* Secrets. */

static const char *secret_path(struct arena *arena, const struct secret *secret)
{
    return arena_printf(arena, "%s/%s", secret->path, secret->name);
}

bool secret_read(struct access *access, struct secret *secret, struct problem *problem)
{
    const struct json *object;

    if (!get(access, secret_path(access->arena, secret), &object, problem))
        return false;
    secret->version = version_of(object);
    secret->data = json_member(object, "data");
    return true;
}

struct bytes secret_value(struct arena *arena, const struct secret *secret, const char *key)
{
    struct bytes coded = bytes_of(json_string(json_member(secret->data, key)));
    unsigned char *plain = coded.size ? arena_take(arena, coded.size) : NULL;
    int size =
        plain ? EVP_DecodeBlock(plain, (const unsigned char *)coded.data, (int)coded.size) : -1;

    if (size < 0)
        return (struct bytes){NULL, 0};
    for (size_t i = coded.size; size > 0 && i > coded.size - 2 && coded.data[i - 1] == '='; i--)
        size--;
    return (struct bytes){(const char *)plain, (size_t)size};
}

static void put_entries(struct text *body, const struct secret_entry *entries, size_t count)
{
    text_puts(body, "\"data\":{");
    for (size_t i = 0; i < count; i++) {
        if (i)
            text_putc(body, ',');
        text_json_key(body, entries[i].key);
        if (!entries[i].value.data) {
            text_puts(body, "null");
            continue;
        }
        text_putc(body, '"');
        text_base64(body, entries[i].value);
        text_putc(body, '"');
    }
    text_putc(body, '}');
}

enum outcome secret_write(struct access *access, const struct secret *secret, const char *type,
                          const struct secret_entry *entries, size_t count, struct problem *problem)
{
    struct text body = text_new(access->arena);

    text_puts(&body, "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",");
    if (!secret->version)
        text_printf(&body, "\"type\":\"%s\",", type);
    text_puts(&body, "\"metadata\":{\"name\":");
    text_json(&body, secret->name);
    if (secret->version) {
        text_puts(&body, ",\"resourceVersion\":");
        text_json(&body, secret->version);
    }
    text_puts(&body, "},");
    put_entries(&body, entries, count);
    text_putc(&body, '}');
    if (secret->version)
        return put(access, "PATCH", secret_path(access->arena, secret),
                   "application/merge-patch+json", &body, problem);
    return put(access, "POST", secret->path, "application/json", &body, problem);
}

/* Webhook configurations. */

bool registration_read(struct access *access, struct registration *registration,
                       struct problem *problem)
{
    const struct json *object;

    if (!get(access, registration->path, &object, problem))
        return false;
    registration->version = version_of(object);
    registration->webhooks = json_member(object, "webhooks");
    return true;
}

static bool webhook_has(const struct json *webhook, const char *bundle)
{
    const char *has = json_string(json_get(webhook, "clientConfig.caBundle"));

    return has && strcmp(has, bundle) == 0;
}

bool registration_has(const struct registration *registration, const char *bundle)
{
    for (const struct json *each = json_first(registration->webhooks); each;
         each = json_next(each)) {
        if (!webhook_has(each, bundle))
            return false;
    }
    return true;
}

static void put_test(struct text *body, const char *path, const char *value)
{
    text_printf(body, "{\"op\":\"test\",\"path\":\"%s\",\"value\":", path);
    text_json(body, value);
    text_puts(body, "}");
}

/* The name too is tested: a position says nothing by itself. */
static void put_bundle(struct access *access, struct text *body, size_t position,
                       const struct json *webhook, const char *bundle)
{
    const char *name = json_string(json_member(webhook, "name"));

    text_putc(body, ',');
    put_test(body, arena_printf(access->arena, "/webhooks/%zu/name", position), name);
    text_printf(
        body,
        ",{\"op\":\"add\",\"path\":\"/webhooks/%zu/clientConfig/caBundle\",\"value\":", position);
    text_json(body, bundle);
    text_putc(body, '}');
}

enum outcome registration_write(struct access *access, const struct registration *registration,
                                const char *bundle, struct problem *problem)
{
    struct text body = text_new(access->arena);
    size_t position = 0;

    text_putc(&body, '[');
    put_test(&body, "/metadata/resourceVersion", registration->version);
    for (const struct json *each = json_first(registration->webhooks); each;
         each = json_next(each), position++) {
        if (!webhook_has(each, bundle))
            put_bundle(access, &body, position, each, bundle);
    }
    text_putc(&body, ']');
    return put(access, "PATCH", registration->path, json_patch, &body, problem);
}
