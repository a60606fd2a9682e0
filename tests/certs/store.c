/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/store.h"

#include "core/json.h"
#include "core/text.h"

#include <stdlib.h>

static const struct json_limits limits = {.depth = 16, .values = 1000};

/* Secrets. */

static size_t position_of(const struct store_secret *secret, const char *key)
{
    for (size_t i = 0; i < STORE_ENTRIES; i++) {
        if (secret->entries[i].key && strcmp(secret->entries[i].key, key) == 0)
            return i;
    }
    return STORE_ENTRIES;
}

const char *store_value(const struct store_secret *secret, const char *key)
{
    size_t i = position_of(secret, key);

    return i < STORE_ENTRIES ? secret->entries[i].value : NULL;
}

static void clear(struct store_secret *secret, size_t i)
{
    free(secret->entries[i].key);
    free(secret->entries[i].value);
    secret->entries[i].key = secret->entries[i].value = NULL;
}

static void set(struct store_secret *secret, const char *key, const char *value)
{
    size_t i = position_of(secret, key);

    if (i < STORE_ENTRIES)
        clear(secret, i);
    for (i = 0; value && i < STORE_ENTRIES; i++) {
        if (!secret->entries[i].key) {
            secret->entries[i].key = strdup(key);
            secret->entries[i].value = strdup(value);
            return;
        }
    }
}

void store_delete(struct store_secret *secret)
{
    for (size_t i = 0; i < STORE_ENTRIES; i++)
        clear(secret, i);
    secret->version = 0;
}

void store_free(struct store *store)
{
    for (size_t i = 0; i < STORE_SECRETS; i++)
        store_delete(&store->secrets[i]);
    for (size_t i = 0; i < STORE_REGISTRATIONS; i++)
        free(store->registrations[i].bundle);
}

static void put_secret(struct text *out, const struct store_secret *secret)
{
    bool first = true;

    text_printf(out, "{\"metadata\":{\"resourceVersion\":\"%u\"},\"data\":{", secret->version);
    for (size_t i = 0; i < STORE_ENTRIES; i++) {
        if (!secret->entries[i].key)
            continue;
        text_puts(out, first ? "" : ",");
        text_json_key(out, secret->entries[i].key);
        text_json(out, secret->entries[i].value);
        first = false;
    }
    text_puts(out, "}}");
}

static bool version_is(const char *version, unsigned number)
{
    return version && strtoul(version, NULL, 10) == number;
}

static long write_secret(struct store *store, struct store_secret *secret, const char *method,
                         const struct json *body)
{
    bool create = strcmp(method, "POST") == 0;

    if (create
            ? secret->version != 0
            : !version_is(json_string(json_get(body, "metadata.resourceVersion")), secret->version))
        return create || secret->version ? 409 : 404;
    for (const struct json *each = json_first(json_member(body, "data")); each;
         each = json_next(each))
        set(secret, json_key(each), json_string(each));
    secret->version = ++store->versions;
    return create ? 201 : 200;
}

/* Webhook configurations. */

static void put_registration(struct text *out, const struct store_registration *registration)
{
    text_printf(out,
                "{\"metadata\":{\"resourceVersion\":\"%u\"},\"webhooks\":[{\"name\":\"one\","
                "\"clientConfig\":{\"caBundle\":",
                registration->version);
    text_json(out, registration->bundle);
    text_puts(out, "}}]}");
}

static long write_registration(struct store *store, struct store_registration *registration,
                               const struct json *body)
{
    const char *bundle = NULL;

    for (const struct json *each = json_first(body); each; each = json_next(each)) {
        const char *path = json_string(json_member(each, "path"));
        const char *value = json_string(json_member(each, "value"));

        if (strcmp(path, "/metadata/resourceVersion") == 0 &&
            !version_is(value, registration->version))
            return 422;
        if (strcmp(path, "/webhooks/0/clientConfig/caBundle") == 0)
            bundle = value;
    }
    if (!bundle)
        return 400;
    free(registration->bundle);
    registration->bundle = strdup(bundle);
    registration->version = ++store->versions;
    return 200;
}

/* Calls. */

static struct store_secret *secret_at(struct store *store, const char *path,
                                      const struct json *body)
{
    const char *name = strcmp(path, STORE_SECRETS_PATH) == 0
                           ? json_string(json_get(body, "metadata.name"))
                           : path + sizeof STORE_SECRETS_PATH;

    for (size_t i = 0; i < STORE_SECRETS; i++) {
        if (strcmp(store->secrets[i].name, name) == 0)
            return &store->secrets[i];
    }
    return NULL;
}

static long answer_secret(struct store *store, const struct api_request *request,
                          const struct json *body, struct text *out)
{
    struct store_secret *secret = secret_at(store, request->path, body);
    long status = secret ? 200 : 400;

    if (secret && request->content_type)
        status = write_secret(store, secret, request->method, body);
    if (secret && !secret->version)
        status = 404;
    if (status < 300)
        put_secret(out, secret);
    return status;
}

static long answer_registration(struct store *store, const struct api_request *request,
                                const struct json *body, struct text *out)
{
    for (size_t i = 0; i < STORE_REGISTRATIONS; i++) {
        struct store_registration *registration = &store->registrations[i];
        long status = 200;

        if (strcmp(registration->path, request->path) != 0)
            continue;
        if (request->content_type)
            status = write_registration(store, registration, body);
        put_registration(out, registration);
        return status;
    }
    return 400;
}

static long answer(struct store *store, struct arena *arena, const struct api_request *request,
                   struct text *out)
{
    static const char secrets[] = STORE_SECRETS_PATH;
    const struct json *body = NULL;
    struct problem problem;

    if (request->content_type &&
        json_parse(arena, request->body, &limits, &body, &problem) != JSON_OK)
        return 400;
    return strncmp(request->path, secrets, sizeof secrets - 1) == 0
               ? answer_secret(store, request, body, out)
               : answer_registration(store, request, body, out);
}

/* 0: it is answered. */
static long status_of(enum store_fault fault, bool writes)
{
    switch (fault) {
    case FAULT_500:
        return 500;
    case FAULT_BUSY:
        return 429;
    case FAULT_FORBIDDEN:
        return writes ? 403 : 0;
    case FAULT_CONFLICT:
        return writes ? 409 : 500;
    case FAULT_NONE:
    case FAULT_NO_ANSWER:
    case FAULT_ANSWER_LOST:
        break;
    }
    return 0;
}

static bool call(void *self, struct arena *arena, const struct api_request *request,
                 struct api_reply *ret, struct problem *problem)
{
    struct store *store = self;
    struct text out = text_new(arena);
    enum store_fault fault = store->fault_of(store->context);
    long status = status_of(fault, request->content_type != NULL);

    store->calls++;
    if (!status && fault != FAULT_NO_ANSWER)
        status = answer(store, arena, request, &out);
    *ret = (struct api_reply){.status = status,
                              .body = text_bytes(&out),
                              .date = store->date,
                              .retry_after = fault == FAULT_BUSY ? STORE_PAUSE : 0};
    if (fault != FAULT_NO_ANSWER && fault != FAULT_ANSWER_LOST)
        return true;
    *ret = (struct api_reply){.status = -1};
    problem_set(problem, 0, 0, "no answer to call %u", store->calls);
    return false;
}

enum { DAY = 24 * 60 * 60 };

static const char *const names[] = {"svc.ns.svc"};
const struct rotate_settings store_settings = {
    .secrets_path = STORE_SECRETS_PATH,
    .secret = "tls",
    .ca_secret = "ca",
    .registrations = {"/mutating", "/validating"},
    .names = names,
    .name_count = 1,
    .times = {.leaf_seconds = 7 * DAY, .ca_seconds = 90 * DAY, .settle_seconds = 180},
};

struct api store_api(struct store *store)
{
    return (struct api){.call = call, .self = store};
}
