/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/show.h"

#include <inttypes.h>

static bool add_certificate(struct shown *shown, const char *file, X509 *certificate)
{
    struct shown_certificate *entry = arena_alloc(shown->arena, sizeof *entry);
    struct shown_certificate **end = &shown->certificates;

    if (!entry || !inspect_certificate(shown->arena, certificate, &entry->facts))
        return false;
    entry->file = file;
    entry->validity = inspect_validity(&entry->facts, shown->now, shown->within_days);
    entry->days_left = inspect_days_left(&entry->facts, shown->now);
    X509_up_ref(certificate);
    entry->certificate = certificate;
    while (*end)
        end = &(*end)->next;
    *end = entry;
    return true;
}

static bool add_key(struct shown *shown, const char *file, EVP_PKEY *key)
{
    struct shown_key *entry = arena_alloc(shown->arena, sizeof *entry);
    struct shown_key **end = &shown->keys;

    if (!entry)
        return false;
    *entry = (struct shown_key){.file = file, .kind = inspect_key(shown->arena, key), .key = key};
    EVP_PKEY_up_ref(key);
    while (*end)
        end = &(*end)->next;
    *end = entry;
    return true;
}

bool show_add(struct shown *shown, const char *file, const struct pem_content *content)
{
    for (int i = 0; i < sk_X509_num(content->certificates); i++) {
        if (!add_certificate(shown, file, sk_X509_value(content->certificates, i)))
            return false;
    }
    return !content->key || add_key(shown, file, content->key);
}

bool show_read(struct shown *shown, const char *file, struct problem *problem)
{
    struct pem_content content = {0};
    bool good;

    if (pem_read_file(file, &content, problem) != FILE_READ)
        return false;
    good = show_add(shown, file, &content);
    pem_content_free(&content);
    if (!good)
        file_problem(problem, file, "a certificate in it has a field that can not be read");
    return good;
}

static bool fits(const struct shown_certificate *certificate, const struct shown_key *key)
{
    const EVP_PKEY *public_key = X509_get0_pubkey(certificate->certificate);

    return public_key && EVP_PKEY_eq(public_key, key->key) == 1;
}

static const char *key_of(const struct shown *shown, const struct shown_certificate *certificate)
{
    for (const struct shown_key *key = shown->keys; key; key = key->next) {
        if (fits(certificate, key))
            return key->file;
    }
    return NULL;
}

static const char *certificate_of(const struct shown *shown, const struct shown_key *key)
{
    for (const struct shown_certificate *each = shown->certificates; each; each = each->next) {
        if (fits(each, key))
            return each->file;
    }
    return NULL;
}

void show_free(struct shown *shown)
{
    for (struct shown_certificate *each = shown->certificates; each; each = each->next)
        X509_free(each->certificate);
    for (struct shown_key *key = shown->keys; key; key = key->next)
        EVP_PKEY_free(key->key);
    shown->certificates = NULL;
    shown->keys = NULL;
}

bool show_is_bad(const struct shown *shown)
{
    bool bad = false;

    for (const struct shown_certificate *each = shown->certificates; each; each = each->next)
        bad = bad || each->validity != VALID;
    for (const struct shown_key *key = shown->keys; key && shown->certificates; key = key->next)
        bad = bad || !certificate_of(shown, key);
    return bad;
}

static const struct use {
    const char *name;
    size_t offset;
} uses[] = {
    {"CA", offsetof(struct certificate_facts, authority)},
    {"server", offsetof(struct certificate_facts, server)},
    {"client", offsetof(struct certificate_facts, client)},
};

enum { USE_COUNT = sizeof uses / sizeof *uses };

/* names: room for USE_COUNT. Returns how many there are. */
static size_t use_names(const struct certificate_facts *facts, const char **names)
{
    size_t count = 0;

    for (const struct use *use = uses; use < uses + USE_COUNT; use++) {
        if (*(const bool *)((const char *)facts + use->offset))
            names[count++] = use->name;
    }
    return count;
}

static void put_row(struct text *out, const char *name, const char *value)
{
    text_printf(out, "  %-11s %s\n", name, value);
}

static const char *joined(struct arena *arena, const char *const *items, size_t count)
{
    struct text out = text_new(arena);

    for (size_t i = 0; i < count; i++)
        text_printf(&out, "%s%s", i ? ", " : "", items[i]);
    return count ? text_string(&out) : "none";
}

static const char *validity_text(const struct shown *shown, const struct shown_certificate *each)
{
    const char *name = validity_name(each->validity);

    if (each->validity == EXPIRED)
        return arena_printf(shown->arena, "%s, %" PRId64 " days ago", name, -each->days_left - 1);
    return arena_printf(shown->arena, "%s, %" PRId64 " days left", name, each->days_left);
}

static void put_certificate(const struct shown *shown, const struct shown_certificate *each,
                            struct text *out)
{
    const struct certificate_facts *facts = &each->facts;
    const char *key = key_of(shown, each);
    const char *used_for[USE_COUNT];
    size_t use_count = use_names(facts, used_for);

    text_printf(out, "%s\n", each->file);
    put_row(out, "subject", facts->subject);
    put_row(out, "names", joined(shown->arena, facts->names, facts->name_count));
    put_row(out, "issuer", facts->issuer);
    put_row(out, "use", joined(shown->arena, used_for, use_count));
    text_printf(out, "  %-11s %s%s%s\n", "key", facts->key, key ? ", in " : "", key ? key : "");
    put_row(out, "serial", facts->serial);
    put_row(out, "not before", facts->begins);
    text_printf(out, "  %-11s %s, %s\n", "not after", facts->ends, validity_text(shown, each));
    put_row(out, "sha256", facts->sha256);
}

void show_text(const struct shown *shown, struct text *out)
{
    for (const struct shown_certificate *each = shown->certificates; each; each = each->next)
        put_certificate(shown, each, out);
    for (const struct shown_key *key = shown->keys; key; key = key->next) {
        const char *owner = certificate_of(shown, key);

        text_printf(out, "%s\n  %-11s %s%s%s\n", key->file, "key", key->kind,
                    owner                 ? ", of "
                    : shown->certificates ? ", of none of these certificates"
                                          : "",
                    owner ? owner : "");
    }
}

static void put_string(struct text *out, const char *name, const char *value)
{
    text_json_key(out, name);
    text_json(out, value);
    text_putc(out, ',');
}

static void put_list(struct text *out, const char *const *items, size_t count)
{
    text_putc(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i)
            text_putc(out, ',');
        text_json(out, items[i]);
    }
    text_putc(out, ']');
}

static void put_certificate_json(const struct shown *shown, const struct shown_certificate *each,
                                 struct text *out)
{
    const struct certificate_facts *facts = &each->facts;
    const char *used_for[USE_COUNT];

    text_putc(out, '{');
    put_string(out, "file", each->file);
    put_string(out, "subject", facts->subject);
    text_json_key(out, "names");
    put_list(out, facts->names, facts->name_count);
    text_putc(out, ',');
    put_string(out, "issuer", facts->issuer);
    text_json_key(out, "uses");
    put_list(out, used_for, use_names(facts, used_for));
    text_putc(out, ',');
    put_string(out, "key", facts->key);
    put_string(out, "keyFile", key_of(shown, each));
    put_string(out, "serial", facts->serial);
    put_string(out, "notBefore", facts->begins);
    put_string(out, "notAfter", facts->ends);
    put_string(out, "validity", validity_name(each->validity));
    put_string(out, "sha256", facts->sha256);
    text_printf(out, "\"daysLeft\":%" PRId64 "}", each->days_left);
}

void show_json(const struct shown *shown, struct text *out)
{
    text_puts(out, "{\"certificates\":[");
    for (const struct shown_certificate *each = shown->certificates; each; each = each->next) {
        put_certificate_json(shown, each, out);
        if (each->next)
            text_putc(out, ',');
    }
    text_puts(out, "],\"keys\":[");
    for (const struct shown_key *key = shown->keys; key; key = key->next) {
        text_putc(out, '{');
        put_string(out, "file", key->file);
        put_string(out, "key", key->kind);
        text_json_key(out, "certificate");
        text_json(out, certificate_of(shown, key));
        text_puts(out, key->next ? "}," : "}");
    }
    text_puts(out, "]}\n");
}
