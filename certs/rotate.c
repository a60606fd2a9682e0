/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/rotate.h"

#include "certs/names.h"
#include "certs/note.h"
#include "certs/pem.h"
#include "certs/seen.h"

#include <openssl/evp.h>

enum { PASS_LIMIT = 64 * 1024 * 1024 /* bytes of memory */ };

/* A CA of ours is trusted because a caBundle has it, and a certificate because that CA signed it.
 * Their beginnings say nothing, so they lie so far back (2000-01-01) that no clock can be set to a
 * time before: what was made while a clock was ahead is good when it is right again. */
static const time_t always = 946684800;

/* What a step wants to write, with room for its keys. */
struct writing {
    struct seen *seen;
    struct problem problem;
    struct file_content key; /* wiped by writing_free() */
};

static void writing_free(struct writing *writing)
{
    file_content_free(&writing->key);
}

static struct secret_entry old_pem(const struct seen *seen)
{
    return (struct secret_entry){"old.crt",
                                 certificates_pem(seen->access.arena, seen->old, seen->old_count)};
}

static struct secret_entry old_until(const struct seen *seen)
{
    return (struct secret_entry){"old.until", seen->old_count
                                                  ? seen_until_text(seen, seen_old_until(seen))
                                                  : (struct bytes){NULL, 0}};
}

static bool write_identity(struct writing *writing, const struct identity *identity,
                           struct bytes *certificate)
{
    *certificate = certificates_pem(writing->seen->access.arena, &identity->certificate, 1);
    if (certificate->data && pem_key(identity->key, &writing->key))
        return true;
    problem_set(&writing->problem, 0, 0, "no memory");
    return false;
}

static enum outcome write_authorities(struct writing *writing, const struct secret_entry *entries,
                                      size_t count)
{
    return secret_write(&writing->seen->access, &writing->seen->ca_secret, "Opaque", entries, count,
                        &writing->problem);
}

/* The steps. */

static enum outcome introduce(struct writing *writing)
{
    struct seen *seen = writing->seen;
    const struct certificate_wish wish = {
        .use = USE_AUTHORITY,
        .common_name = authority_name(seen->access.arena),
        .now = seen->now,
        .begins = always,
        .seconds = seen->settings->times.ca_seconds,
    };
    struct identity fresh = {0};
    struct bytes certificate;
    enum outcome outcome = OUTCOME_FAILED;

    if (!seen->current.certificate)
        seen_adopt(seen);
    if (issue(&wish, NULL, &fresh, &writing->problem) &&
        write_identity(writing, &fresh, &certificate)) {
        const struct secret_entry entries[] = {
            {"next.crt", certificate},
            {"next.key", {writing->key.data, writing->key.size}},
            old_pem(seen),
            old_until(seen),
        };

        outcome = write_authorities(writing, entries, 4);
    }
    identity_free(&fresh);
    return outcome;
}

static enum outcome promote(struct writing *writing)
{
    struct seen *seen = writing->seen;
    X509 *leaving = seen->current.certificate;
    struct bytes certificate;

    if (!write_identity(writing, &seen->next, &certificate))
        return OUTCOME_FAILED;
    seen->current.certificate = NULL; /* so that it can be among the old */
    if (leaving)
        seen_add_old(seen, leaving);
    seen->current.certificate = leaving;
    {
        const struct secret_entry entries[] = {
            {"ca.crt", certificate}, {"ca.key", {writing->key.data, writing->key.size}},
            {"next.crt", {NULL, 0}}, {"next.key", {NULL, 0}},
            old_pem(seen),           old_until(seen),
        };

        return write_authorities(writing, entries, 6);
    }
}

static enum outcome forget(struct writing *writing)
{
    const struct secret_entry entries[] = {{"old.crt", {NULL, 0}}, {"old.until", {NULL, 0}}};

    return write_authorities(writing, entries, 2);
}

static enum outcome write_leaf(struct writing *writing)
{
    struct seen *seen = writing->seen;
    const struct certificate_wish wish = {
        .use = USE_SERVER,
        .common_name = "rayservice-webhook", /* nobody matches it: the names below count */
        .names = seen->settings->names,
        .name_count = seen->settings->name_count,
        .now = seen->now,
        .begins = always,
        .seconds = seen->settings->times.leaf_seconds,
    };
    struct identity fresh = {0};
    struct bytes certificate;
    enum outcome outcome = OUTCOME_FAILED;

    if (issue(&wish, &seen->current, &fresh, &writing->problem) &&
        write_identity(writing, &fresh, &certificate)) {
        const struct secret_entry entries[] = {
            {"tls.crt", certificate},
            {"tls.key", {writing->key.data, writing->key.size}},
            {"ca.crt", seen->bundle_pem},
        };

        outcome = secret_write(&seen->access, &seen->secret, "kubernetes.io/tls", entries, 3,
                               &writing->problem);
    }
    identity_free(&fresh);
    return outcome;
}

/* ca.crt beside the certificate is for people and other clients; the server does not read it. */
static enum outcome write_leaf_ca(struct writing *writing)
{
    const struct seen *seen = writing->seen;
    const struct secret_entry entries[] = {{"ca.crt", seen->bundle_pem}};

    return secret_write(&writing->seen->access, &seen->secret, "kubernetes.io/tls", entries, 1,
                        &writing->problem);
}

/* Doing them. */

static const struct step {
    const char *event; /* in the log, when it is done */
    enum outcome (*run)(struct writing *writing);
} steps[] = {
    [CA_INTRODUCE] = {"ca-introduced", introduce},
    [CA_PROMOTE] = {"ca-promoted", promote},
    [CA_FORGET] = {"ca-forgotten", forget},
};
static const struct step leaf_step = {"certificate-issued", write_leaf};
static const struct step leaf_ca_step = {"ca-crt-written", write_leaf_ca};

/* The worst counts, but for a failure that leaves the rest to be done. */
static void add(enum rotate_status *status, enum rotate_status more)
{
    if (more > *status)
        *status = more;
}

static const char *object_at(const struct rotate_settings *settings, enum place place)
{
    if (place == PLACE_SECRET)
        return settings->secret;
    return place == PLACE_CA_SECRET ? settings->ca_secret
                                    : settings->registrations[place - PLACE_REGISTRATION];
}

static enum rotate_status settle(struct seen *seen, enum outcome outcome, enum place place,
                                 const char *event, const char *why, const struct problem *problem)
{
    const char *object = object_at(seen->settings, place);

    switch (outcome) {
    case OUTCOME_DONE:
        note(event, object, "%s", why);
        return ROTATE_CHANGED;
    case OUTCOME_CONFLICT:
        note("conflict", object, "somebody else was faster: %s", problem->message);
        return ROTATE_CONFLICT;
    case OUTCOME_FAILED:
        break;
    }
    seen_failed(seen, place, problem);
    return ROTATE_FAILED;
}

static enum rotate_status run_step(struct seen *seen, const struct step *step, enum place place,
                                   const char *why)
{
    struct writing writing = {.seen = seen};
    enum outcome outcome = step->run(&writing);

    writing_free(&writing);
    return settle(seen, outcome, place, step->event, why, &writing.problem);
}

static enum rotate_status write_bundle(struct seen *seen, size_t i)
{
    struct problem problem = {0};
    enum outcome outcome =
        registration_write(&seen->access, &seen->registrations[i], seen->bundle, &problem);

    return settle(seen, outcome, (enum place)(PLACE_REGISTRATION + i), "ca-bundle-written",
                  "a caBundle of it was not what it should be", &problem);
}

static enum rotate_status write_bundles(struct seen *seen)
{
    enum rotate_status status = ROTATE_NOTHING;

    for (size_t i = 0; i < REGISTRATIONS && *seen->bundle; i++) {
        if (!seen->known[i])
            add(&status, ROTATE_FAILED);
        else if (!registration_has(&seen->registrations[i], seen->bundle))
            add(&status, write_bundle(seen, i));
    }
    return status;
}

static bool leaf_ca_is_right(const struct seen *seen)
{
    struct bytes has = secret_value(seen->access.arena, &seen->secret, "ca.crt");

    return has.size == seen->bundle_pem.size &&
           (!has.size || memcmp(has.data, seen->bundle_pem.data, has.size) == 0);
}

static enum rotate_status carry_out(struct seen *seen, const struct plan *plan)
{
    enum rotate_status status = write_bundles(seen);

    if (plan->leaf)
        add(&status, run_step(seen, &leaf_step, PLACE_SECRET, plan->leaf_why));
    else if (seen->leaf.certificate && seen->bundle_pem.size && !leaf_ca_is_right(seen))
        add(&status, run_step(seen, &leaf_ca_step, PLACE_SECRET, "it is what the caBundles have"));
    if (plan->ca != CA_KEEP)
        add(&status, run_step(seen, &steps[plan->ca], PLACE_CA_SECRET, plan->ca_why));
    return status;
}

/* Since when is all as it is? */

static bool fingerprint(const struct seen *seen, const struct plan_state *state,
                        unsigned char ret[FINGERPRINT_SIZE])
{
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    struct bytes leaf = certificates_pem(seen->access.arena, &seen->leaf.certificate, 1);
    const unsigned char flags[] = {state->bundles_known, state->bundles_right};
    bool good = hash && EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1 &&
                EVP_DigestUpdate(hash, seen->bundle, strlen(seen->bundle)) == 1 &&
                (!leaf.size || EVP_DigestUpdate(hash, leaf.data, leaf.size) == 1) &&
                EVP_DigestUpdate(hash, flags, sizeof flags) == 1 &&
                EVP_DigestFinal_ex(hash, ret, NULL) == 1;

    EVP_MD_CTX_free(hash);
    return good;
}

static int64_t settled_seconds(const struct seen *seen, const struct plan_state *state,
                               struct rotate_memory *memory, int64_t monotonic_ms)
{
    unsigned char is[FINGERPRINT_SIZE];

    if (!fingerprint(seen, state, is)) {
        memset(memory->fingerprint, 0, sizeof memory->fingerprint);
        memory->since_ms = monotonic_ms;
    } else if (memcmp(is, memory->fingerprint, sizeof is) != 0) {
        memcpy(memory->fingerprint, is, sizeof is);
        memory->since_ms = monotonic_ms;
    }
    return (monotonic_ms - memory->since_ms) / 1000;
}

static void say_failures(const struct seen *seen, struct rotate_memory *memory, bool whole,
                         int64_t monotonic_ms)
{
    const char *objects[PLACES];

    for (enum place place = 0; place < PLACES; place++)
        objects[place] = object_at(seen->settings, place);
    failures_say(&memory->failing, &seen->failures, whole && !seen->access.left_out, objects,
                 monotonic_ms);
    memory->asked_ms = seen->access.retry_after * 1000;
}

static enum rotate_status pass(struct seen *seen, struct rotate_memory *memory,
                               int64_t monotonic_ms)
{
    struct plan_state state;
    struct plan next;

    seen_state(seen, &state);
    state.settled = settled_seconds(seen, &state, memory, monotonic_ms);
    next = plan(&state, &seen->settings->times, seen->now);
    return carry_out(seen, &next);
}

enum rotate_status rotate(const struct rotate_settings *settings, struct rotate_memory *memory,
                          struct api api, int64_t monotonic_ms, time_t now)
{
    struct seen seen = {.settings = settings,
                        .access = {.api = api, .arena = arena_new_wiped(PASS_LIMIT)}};
    enum rotate_status status;
    bool whole;

    if (!seen.access.arena) {
        note("no-memory", NULL, "this pass is left out");
        memory->asked_ms = 0;
        return ROTATE_FAILED;
    }
    whole = seen_read(&seen, memory, now);
    status = whole ? pass(&seen, memory, monotonic_ms) : ROTATE_FAILED;
    say_failures(&seen, memory, whole, monotonic_ms);
    seen_free(&seen);
    arena_free(seen.access.arena);
    return status;
}
