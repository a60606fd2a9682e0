/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/seen.h"

#include "certs/inspect.h"
#include "certs/note.h"
#include "certs/pem.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

/* Certificates of a text; NULL for none. Free with pem_content_free(). */
static bool read_pem(struct bytes text, struct pem_content *ret)
{
    struct problem unused = {0};

    return text.data && text.size <= CERT_FILE_LIMIT && pem_read(text, ret, &unused);
}

/* Pairs. */

static bool is_authority(const struct seen *seen, const struct identity *pair)
{
    (void)seen;
    return X509_check_ca(pair->certificate) == 1 &&
           (X509_get_key_usage(pair->certificate) & KU_KEY_CERT_SIGN);
}

static bool has_name(const struct certificate_facts *facts, X509 *certificate, const char *name)
{
    if (X509_check_ip_asc(certificate, name, 0) == 1)
        return true;
    for (size_t i = 0; i < facts->name_count; i++) {
        if (strncmp(facts->names[i], "DNS:", 4) == 0 && strcasecmp(facts->names[i] + 4, name) == 0)
            return true;
    }
    return false;
}

/* For the names that are wanted and no others. */
static bool is_server(const struct seen *seen, const struct identity *pair)
{
    const struct rotate_settings *settings = seen->settings;
    struct certificate_facts facts;

    if (!inspect_certificate(seen->access.arena, pair->certificate, &facts) || !facts.server ||
        facts.name_count != settings->name_count)
        return false;
    for (size_t i = 0; i < settings->name_count; i++) {
        if (!has_name(&facts, pair->certificate, settings->names[i]))
            return false;
    }
    return true;
}

struct pair_place {
    size_t number; /* below PAIRS */
    const char *certificate, *key;
    bool (*fits)(const struct seen *seen, const struct identity *pair);
};

static const struct pair_place current_place = {0, "ca.crt", "ca.key", is_authority};
static const struct pair_place next_place = {1, "next.crt", "next.key", is_authority};
static const struct pair_place leaf_place = {2, "tls.crt", "tls.key", is_server};

static void take_pair(const struct seen *seen, const struct secret *secret,
                      const struct pair_place *place, struct identity *ret)
{
    struct arena *arena = seen->access.arena;
    struct pem_content certificate = {0}, key = {0};
    struct identity pair;

    if (read_pem(secret_value(arena, secret, place->certificate), &certificate) &&
        read_pem(secret_value(arena, secret, place->key), &key)) {
        pair.certificate = sk_X509_value(certificate.certificates, 0);
        pair.key = key.key;
        if (pair.certificate && pair.key &&
            X509_check_private_key(pair.certificate, pair.key) == 1 && place->fits(seen, &pair)) {
            X509_up_ref(pair.certificate);
            EVP_PKEY_up_ref(pair.key);
            *ret = pair;
        }
    }
    pem_content_free(&certificate);
    pem_content_free(&key);
    ERR_clear_error();
}

/* What is there and does not fit is said, and then treated as if it were not there. */
static void read_pair(struct seen *seen, struct rotate_memory *memory, const struct secret *secret,
                      const struct pair_place *place, struct identity *ret)
{
    bool there = json_member(secret->data, place->certificate) != NULL, unusable;

    if (there)
        take_pair(seen, secret, place, ret);
    unusable = there && !ret->certificate;
    if (unusable && !memory->unusable[place->number])
        note("unusable", secret->name, "%s and %s are no pair that fits", place->certificate,
             place->key);
    memory->unusable[place->number] = unusable;
}

/* Other CAs. */

static bool same(const X509 *a, const X509 *b)
{
    return a && b && X509_cmp(a, b) == 0;
}

static bool there(const struct seen *seen, X509 *certificate)
{
    bool found =
        same(certificate, seen->current.certificate) || same(certificate, seen->next.certificate);

    for (size_t i = 0; i < seen->old_count; i++)
        found = found || same(certificate, seen->old[i]);
    return found;
}

/* An expired one too: by another clock it is not, and that may be the next one. */
void seen_add_old(struct seen *seen, X509 *certificate)
{
    if (there(seen, certificate) || X509_check_ca(certificate) != 1)
        return;
    if (seen->old_count == OLD_MAX) {
        X509_free(seen->old[0]);
        seen->old_count--;
        memmove(seen->old, seen->old + 1, sizeof *seen->old * seen->old_count);
    }
    X509_up_ref(certificate);
    seen->old[seen->old_count++] = certificate;
}

static bool signed_by(X509 *certificate, X509 *authority)
{
    EVP_PKEY *key = authority ? X509_get0_pubkey(authority) : NULL;
    bool good = key && certificate && X509_verify(certificate, key) == 1;

    ERR_clear_error();
    return good;
}

static void add_text(struct seen *seen, struct bytes text)
{
    struct pem_content content = {0};

    if (!read_pem(text, &content))
        return;
    for (int i = 0; i < sk_X509_num(content.certificates); i++) {
        X509 *each = sk_X509_value(content.certificates, i);

        /* A server that missed a Secret may have a certificate of any of them. */
        if (seen->old_count < OLD_MAX || signed_by(seen->leaf.certificate, each))
            seen_add_old(seen, each);
    }
    pem_content_free(&content);
}

static void add_registration(struct seen *seen, const struct registration *registration)
{
    for (const struct json *each = json_first(registration->webhooks); each;
         each = json_next(each)) {
        struct secret bundle = {.data = json_member(each, "clientConfig")};

        add_text(seen, secret_value(seen->access.arena, &bundle, "caBundle"));
    }
}

void seen_adopt(struct seen *seen)
{
    struct arena *arena = seen->access.arena;

    add_text(seen, secret_value(arena, &seen->ca_secret, "ca.crt"));
    add_text(seen, secret_value(arena, &seen->secret, "ca.crt"));
    for (size_t i = 0; i < REGISTRATIONS; i++)
        add_registration(seen, &seen->registrations[i]);
}

static const char until_format[] = "%Y-%m-%dT%H:%M:%SZ";

/* 0: none, or no time. */
static time_t read_until(const struct seen *seen)
{
    struct bytes value = secret_value(seen->access.arena, &seen->ca_secret, "old.until");
    const char *text = arena_copy(seen->access.arena, value), *end;
    struct tm tm = {0};

    end = strptime(text, until_format, &tm);
    return end && !*end ? timegm(&tm) : 0;
}

struct bytes seen_until_text(const struct seen *seen, time_t until)
{
    char text[sizeof "2000-01-01T00:00:00Z"];
    struct tm tm;

    if (!gmtime_r(&until, &tm) || !strftime(text, sizeof text, until_format, &tm))
        return (struct bytes){NULL, 0};
    return bytes_of(arena_copy(seen->access.arena, bytes_of(text)));
}

/* The stored ones, whoever signed what. Where they can not be read, those that are trusted now stay
 * so. */
static void read_old(struct seen *seen, struct rotate_memory *memory)
{
    const struct json *stored = json_member(seen->ca_secret.data, "old.crt");
    bool none = !stored || (json_string(stored) && !*json_string(stored)), unusable;
    struct pem_content content = {0};

    seen->old_until = read_until(seen);
    unusable =
        !none && !read_pem(secret_value(seen->access.arena, &seen->ca_secret, "old.crt"), &content);
    for (int i = 0; i < sk_X509_num(content.certificates); i++)
        seen_add_old(seen, sk_X509_value(content.certificates, i));
    pem_content_free(&content);
    if (unusable)
        seen_adopt(seen);
    if (unusable && !memory->old_unusable)
        note("unusable", seen->ca_secret.name,
             "old.crt can not be read; the CAs in each caBundle are kept");
    memory->old_unusable = unusable;
}

struct bytes certificates_pem(struct arena *arena, X509 *const *certificates, size_t count)
{
    struct text text = text_new(arena);

    for (size_t i = 0; i < count; i++) {
        if (certificates[i] && !pem_put_certificate(&text, certificates[i]))
            return (struct bytes){NULL, 0};
    }
    return text_bytes(&text);
}

static void make_bundle(struct seen *seen)
{
    X509 *all[OLD_MAX + 2] = {seen->current.certificate, seen->next.certificate};
    struct text coded = text_new(seen->access.arena);

    for (size_t i = 0; i < seen->old_count; i++)
        all[i + 2] = seen->old[i];
    seen->bundle_pem = certificates_pem(seen->access.arena, all, OLD_MAX + 2);
    text_base64(&coded, seen->bundle_pem);
    seen->bundle = text_string(&coded);
}

/* Reading. */

void seen_failed(struct seen *seen, enum place place, const struct problem *problem)
{
    if (!seen->access.left_out)
        failures_add(&seen->failures, place, seen->access.status, problem);
}

static void read_registration(struct seen *seen, size_t i, struct rotate_memory *memory)
{
    struct registration *registration = &seen->registrations[i];
    struct problem problem = {0};
    bool absent;

    registration->path = seen->settings->registrations[i];
    seen->known[i] = registration_read(&seen->access, registration, &problem);
    if (!seen->known[i]) {
        seen_failed(seen, (enum place)(PLACE_REGISTRATION + i), &problem);
        return;
    }
    absent = !registration->version;
    if (absent != memory->absent[i])
        note(absent ? "absent" : "present", registration->path,
             absent ? "there is no such configuration, so no caBundle to keep right"
                    : "the configuration is there now");
    memory->absent[i] = absent;
}

static bool read_secret(struct seen *seen, struct secret *secret, const char *name,
                        enum place place)
{
    struct problem problem = {0};

    secret->path = seen->settings->secrets_path;
    secret->name = name;
    if (secret_read(&seen->access, secret, &problem))
        return true;
    seen_failed(seen, place, &problem);
    return false;
}

enum { CLOCK_SLACK = 60 /* seconds */ };

/* The API server's clock counts: it is the one that judges our certificates. */
static void set_clock(struct seen *seen, struct rotate_memory *memory, time_t now)
{
    int64_t ahead = seen->access.date ? (int64_t)now - (int64_t)seen->access.date : 0;
    bool differs = ahead > CLOCK_SLACK || ahead < -CLOCK_SLACK;

    seen->now = seen->access.date ? seen->access.date : now;
    if (differs && !memory->clock_differs)
        note("clock-differs", NULL,
             "this machine's clock is %lld seconds ahead of the API server's, whose time counts",
             (long long)ahead);
    memory->clock_differs = differs;
}

bool seen_read(struct seen *seen, struct rotate_memory *memory, time_t now)
{
    for (size_t i = 0; i < REGISTRATIONS; i++)
        read_registration(seen, i, memory);
    if (!read_secret(seen, &seen->secret, seen->settings->secret, PLACE_SECRET) ||
        !read_secret(seen, &seen->ca_secret, seen->settings->ca_secret, PLACE_CA_SECRET))
        return false;
    set_clock(seen, memory, now);
    read_pair(seen, memory, &seen->ca_secret, &current_place, &seen->current);
    read_pair(seen, memory, &seen->ca_secret, &next_place, &seen->next);
    read_pair(seen, memory, &seen->secret, &leaf_place, &seen->leaf);
    read_old(seen, memory);
    make_bundle(seen);
    return true;
}

void seen_free(struct seen *seen)
{
    identity_free(&seen->current);
    identity_free(&seen->next);
    identity_free(&seen->leaf);
    for (size_t i = 0; i < seen->old_count; i++)
        X509_free(seen->old[i]);
    seen->old_count = 0;
}

/* As plan() wants it. */

static time_t seconds_of(const ASN1_TIME *time)
{
    struct tm tm = {0};

    return ASN1_TIME_to_tm(time, &tm) == 1 ? timegm(&tm) : 0;
}

static struct plan_pair pair_of(const struct identity *pair)
{
    if (!pair->certificate)
        return (struct plan_pair){.good = false};
    return (struct plan_pair){true, seconds_of(X509_get0_notBefore(pair->certificate)),
                              seconds_of(X509_get0_notAfter(pair->certificate))};
}

time_t seen_old_until(const struct seen *seen)
{
    time_t last = seen->now + (time_t)seen->settings->times.leaf_seconds, ret = last;

    if (seen->leaf.certificate && pair_of(&seen->leaf).not_after < last)
        ret = pair_of(&seen->leaf).not_after;
    return seen->old_until > ret && seen->old_until <= last ? seen->old_until : ret;
}

static bool any_valid(X509 *const *certificates, size_t count, time_t now)
{
    for (size_t i = 0; i < count; i++) {
        if (ASN1_TIME_cmp_time_t(X509_get0_notBefore(certificates[i]), now) <= 0 &&
            ASN1_TIME_cmp_time_t(X509_get0_notAfter(certificates[i]), now) > 0)
            return true;
    }
    return false;
}

static enum plan_signer leaf_signer(const struct seen *seen)
{
    if (signed_by(seen->leaf.certificate, seen->current.certificate))
        return SIGNED_BY_CURRENT;
    for (size_t i = 0; i < seen->old_count; i++) {
        if (signed_by(seen->leaf.certificate, seen->old[i]))
            return SIGNED_BY_OLD;
    }
    return SIGNED_BY_NOBODY_KNOWN;
}

void seen_state(const struct seen *seen, struct plan_state *ret)
{
    struct plan_state state = {
        .current = pair_of(&seen->current),
        .next = pair_of(&seen->next),
        .old = seen->old_count > 0,
        .old_valid = any_valid(seen->old, seen->old_count, seen->now),
        .old_until = seen->old_until,
        .leaf = pair_of(&seen->leaf),
        .leaf_signer = leaf_signer(seen),
        .bundles_known = true,
        .bundles_right = true,
    };

    for (size_t i = 0; i < REGISTRATIONS; i++) {
        state.bundles_known = state.bundles_known && seen->known[i];
        state.bundles_right =
            state.bundles_right && registration_has(&seen->registrations[i], seen->bundle);
    }
    *ret = state;
}
