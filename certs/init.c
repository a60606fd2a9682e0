/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/init.h"

#include "certs/inspect.h"
#include "certs/names.h"
#include "certs/pem.h"

#include <openssl/err.h>

enum { FILES_MAX = 7 };

struct init {
    const struct init_request *request;
    struct arena *arena;
    struct problem *problem;
    struct directory directory;
    struct pem_content old_certificate, old_key; /* ca.crt and ca.key as they are */
    struct identity authority;
    struct new_file files[FILES_MAX];
    struct file_content keys[FILES_MAX]; /* what files[] points to; wiped at the end */
    size_t file_count;
    struct init_result result;
};

static const char *path_of(const struct init *init, const char *name)
{
    return arena_printf(init->arena, "%s/%s", init->request->directory, name);
}

static bool fail(const struct init *init, const char *name, const char *reason)
{
    file_problem(init->problem, path_of(init, name), reason);
    return false;
}

static X509 *old_authority(const struct init *init)
{
    return sk_X509_value(init->old_certificate.certificates, 0);
}

/* Reporting and collecting what will be written. */

static void report(struct init *init, const char *verb, const char *name, X509 *certificate)
{
    struct text *out = &init->result.report;
    struct certificate_facts facts;

    text_printf(out, "%-5s %s", verb, path_of(init, name));
    if (certificate && inspect_certificate(init->arena, certificate, &facts)) {
        text_printf(out, ": %s", facts.subject);
        for (size_t i = 0; i < facts.name_count; i++)
            text_printf(out, " %s", facts.names[i]);
        text_printf(out, ", until %s", facts.ends);
    }
    text_putc(out, '\n');
}

static bool add_certificate(struct init *init, const char *name, X509 *certificate)
{
    struct text text = text_new(init->arena);

    if (!pem_put_certificate(&text, certificate))
        return fail(init, name, "no memory");
    init->files[init->file_count++] =
        (struct new_file){.name = name, .mode = 0644, .content = text_bytes(&text)};
    report(init, "wrote", name, certificate);
    return true;
}

static bool add_key(struct init *init, const char *name, EVP_PKEY *key)
{
    struct file_content *content = &init->keys[init->file_count];

    if (!pem_key(key, content))
        return fail(init, name, "no memory");
    init->files[init->file_count++] =
        (struct new_file){.name = name, .mode = 0600, .content = {content->data, content->size}};
    report(init, "wrote", name, NULL);
    return true;
}

/* The certificate first: when the first run is cut short between the two renames, the next one
 * makes both again; a key on its own it would take for a stranger's. */
static bool add_identity(struct init *init, const char *certificate, const char *key,
                         const struct identity *identity)
{
    return add_certificate(init, certificate, identity->certificate) &&
           add_key(init, key, identity->key);
}

/* The CA. */

static bool use_old_authority(struct init *init)
{
    struct identity old = {.certificate = old_authority(init), .key = init->old_key.key};
    struct problem inner = {0};

    if (!old.certificate)
        return fail(init, "ca.crt", "no certificate in it");
    if (!old.key)
        return fail(init, "ca.key", "no private key in it");
    if (!issuer_usable(&old, init->request->now, &inner))
        return fail(init, "ca.crt",
                    arena_printf(init->arena, "%s; --force-ca makes a new CA", inner.message));
    X509_up_ref(old.certificate);
    EVP_PKEY_up_ref(old.key);
    init->authority = old;
    report(init, "kept", "ca.crt", old.certificate);
    return true;
}

static bool make_authority(struct init *init)
{
    const struct certificate_wish wish = {
        .use = USE_AUTHORITY,
        .kind = init->request->kind,
        .common_name = authority_name(init->arena),
        .now = init->request->now,
        .seconds = init->request->ca_seconds,
    };
    X509 *old = old_authority(init);

    if (!issue(&wish, NULL, &init->authority, init->problem))
        return false;
    if (old && !add_certificate(init, "ca.crt.old", old))
        return false;
    return add_identity(init, "ca.crt", "ca.key", &init->authority);
}

static bool half_missing(const struct init *init, const char *name, const char *other)
{
    return fail(init, name,
                arena_printf(init->arena,
                             "missing beside %s: put it back, or make a new CA with --force-ca",
                             other));
}

static bool prepare_authority(struct init *init)
{
    enum file_status certificate =
        pem_read_file(path_of(init, "ca.crt"), &init->old_certificate, init->problem);
    enum file_status key;

    if (init->request->new_ca)
        return make_authority(init);
    if (certificate == FILE_FAILED)
        return false;
    key = pem_read_file(path_of(init, "ca.key"), &init->old_key, init->problem);
    if (key == FILE_FAILED)
        return false;
    if (certificate == FILE_ABSENT)
        return key == FILE_ABSENT ? make_authority(init) : half_missing(init, "ca.crt", "ca.key");
    return key == FILE_ABSENT ? half_missing(init, "ca.key", "ca.crt") : use_old_authority(init);
}

/* The certificates. */

static bool made_by(X509 *authority, X509 *certificate)
{
    EVP_PKEY *key = authority ? X509_get0_pubkey(authority) : NULL;

    return key && certificate && X509_verify(certificate, key) == 1;
}

static bool pair_is_ours(const struct init *init, const struct pem_content *certificate,
                         const struct pem_content *key)
{
    X509 *first = sk_X509_value(certificate->certificates, 0);
    bool ours = key->key && made_by(old_authority(init), first) &&
                X509_check_private_key(first, key->key) == 1;

    ERR_clear_error();
    return ours;
}

/* What the CA on the disk signed may be replaced, with its key; nothing else. */
static bool may_replace(const struct init *init, const char *certificate_name, const char *key_name)
{
    struct pem_content key = {0}, certificate = {0};
    enum file_status status = pem_read_file(path_of(init, key_name), &key, init->problem);
    bool good = status == FILE_ABSENT;

    if (status == FILE_READ &&
        pem_read_file(path_of(init, certificate_name), &certificate, init->problem) != FILE_FAILED)
        good = pair_is_ours(init, &certificate, &key) ||
               fail(init, key_name,
                    arena_printf(init->arena,
                                 "not replaced, since it is not the key of a %s that ca.crt "
                                 "signed: move it away",
                                 certificate_name));
    pem_content_free(&certificate);
    pem_content_free(&key);
    return good;
}

static bool make_leaf(struct init *init, const struct certificate_wish *wish,
                      const char *certificate, const char *key)
{
    struct identity identity = {0};
    bool good = may_replace(init, certificate, key) &&
                issue(wish, &init->authority, &identity, init->problem) &&
                add_identity(init, certificate, key, &identity);

    identity_free(&identity);
    return good;
}

static bool make_server(struct init *init)
{
    const struct certificate_wish wish = {
        .use = USE_SERVER,
        .kind = init->request->kind,
        .common_name = "rayservice-webhook", /* nobody matches it: the names below count */
        .names = init->request->names,
        .name_count = init->request->name_count,
        .now = init->request->now,
        .seconds = init->request->seconds,
    };

    return !wish.name_count || make_leaf(init, &wish, "tls.crt", "tls.key");
}

/* A caller is known by its common name; verifiers that read subjectAltName alone find it there too,
 * where it can stand there ("system:apiserver" can not). */
static bool make_client(struct init *init)
{
    const char *name = init->request->client_name;
    struct problem unused;
    const struct certificate_wish wish = {
        .use = USE_CLIENT,
        .kind = init->request->kind,
        .common_name = name,
        .names = &name,
        .name_count = name && name_valid(name, &unused) ? 1 : 0,
        .now = init->request->now,
        .seconds = init->request->seconds,
    };

    return !name || make_leaf(init, &wish, "client.crt", "client.key");
}

static bool put_bundle(struct init *init)
{
    struct text pem = text_new(init->arena);

    if (!pem_put_certificate(&pem, init->authority.certificate))
        return fail(init, "ca.crt", "no memory");
    text_base64(&init->result.ca_bundle, text_bytes(&pem));
    return true;
}

static bool request_valid(const struct init_request *request, struct problem *problem)
{
    for (size_t i = 0; i < request->name_count; i++) {
        if (!name_valid(request->names[i], problem))
            return false;
    }
    return true;
}

static bool fill(struct init *init)
{
    return prepare_authority(init) && make_server(init) && make_client(init) && put_bundle(init) &&
           files_write(&init->directory, init->files, init->file_count, init->problem);
}

static void init_free(struct init *init)
{
    for (size_t i = 0; i < FILES_MAX; i++)
        file_content_free(&init->keys[i]);
    identity_free(&init->authority);
    pem_content_free(&init->old_certificate);
    pem_content_free(&init->old_key);
    directory_close(&init->directory);
}

bool init_directory(struct arena *arena, const struct init_request *request,
                    struct init_result *ret, struct problem *problem)
{
    struct init init = {
        .request = request,
        .arena = arena,
        .problem = problem,
        .result = {.report = text_new(arena), .ca_bundle = text_new(arena)},
    };
    bool good;

    if (!request_valid(request, problem) ||
        !directory_open(request->directory, &init.directory, problem))
        return false;
    good = fill(&init);
    init_free(&init);
    if (good)
        *ret = init.result;
    return good;
}
