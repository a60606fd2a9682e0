/* SPDX-License-Identifier: Apache-2.0 */
#include "server/certificate.h"

#include "server/certificate_parts.h"
#include "server/file_mark.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES = 3, KEY_ID_SIZE = 32 };

struct certificates {
    const struct certificate_files *files;
    struct file_mark marks[FILES];
    pthread_mutex_t lock; /* of current */
    struct certificate *current;
};

struct certificates *certificates_new(const struct certificate_files *files)
{
    struct certificates *certificates = calloc(1, sizeof *certificates);

    if (!certificates)
        return NULL;
    certificates->files = files;
    pthread_mutex_init(&certificates->lock, NULL);
    return certificates;
}

void certificates_free(struct certificates *certificates)
{
    if (!certificates)
        return;
    certificate_release(certificates->current);
    pthread_mutex_destroy(&certificates->lock);
    free(certificates);
}

struct certificate *certificates_hold(struct certificates *certificates)
{
    struct certificate *current;

    pthread_mutex_lock(&certificates->lock);
    current = certificates->current;
    if (current)
        atomic_fetch_add(&current->holders, 1);
    pthread_mutex_unlock(&certificates->lock);
    return current;
}

void certificate_release(struct certificate *certificate)
{
    if (!certificate || atomic_fetch_sub(&certificate->holders, 1) > 1)
        return;
    for (unsigned i = 0; i < certificate->chain_length; i++)
        gnutls_pcert_deinit(&certificate->chain[i]);
    gnutls_privkey_deinit(certificate->key);
    if (certificate->clients)
        certificate->verification->destroy(certificate->clients);
    free(certificate);
}

const struct certificate_facts *certificate_facts(const struct certificate *certificate)
{
    return &certificate->facts;
}

static bool read_file(const char *path, gnutls_datum_t *ret, struct problem *problem)
{
    errno = 0;
    if (gnutls_load_file(path, ret) == GNUTLS_E_SUCCESS)
        return true;
    problem_set(problem, 0, 0, "can not read %.120s: %s", path,
                errno ? strerror(errno) : "it is no regular file");
    return false;
}

static void free_secret(gnutls_datum_t *data)
{
    gnutls_memset(data->data, 0, data->size);
    gnutls_free(data->data);
}

static bool wrong(struct problem *problem, const char *path, const char *what, int error)
{
    problem_set(problem, 0, 0, "%.100s: %s: %.60s", path, what, gnutls_strerror(error));
    return false;
}

static void add_name(struct certificate_facts *facts, const char *name, size_t size)
{
    size_t used = strlen(facts->names);

    (void)snprintf(facts->names + used, sizeof facts->names - used, "%s%.*s", used ? ", " : "",
                   (int)size, name);
}

static void add_alternative_name(struct certificate_facts *facts, unsigned type, const char *name,
                                 size_t size)
{
    char text[INET6_ADDRSTRLEN];

    if (type == GNUTLS_SAN_DNSNAME)
        add_name(facts, name, size);
    else if (type == GNUTLS_SAN_IPADDRESS &&
             inet_ntop(size == 4 ? AF_INET : AF_INET6, name, text, sizeof text))
        add_name(facts, text, strlen(text));
}

static void read_facts(struct certificate_facts *facts, gnutls_x509_crt_t leaf)
{
    char name[256];
    size_t size = sizeof name;
    int type = 0;

    for (unsigned i = 0; type >= 0 || type == GNUTLS_E_SHORT_MEMORY_BUFFER; i++) {
        size = sizeof name;
        type = gnutls_x509_crt_get_subject_alt_name(leaf, i, name, &size, NULL);
        if (type >= 0)
            add_alternative_name(facts, (unsigned)type, name, size);
    }
    facts->not_before = gnutls_x509_crt_get_activation_time(leaf);
    facts->not_after = gnutls_x509_crt_get_expiration_time(leaf);
}

static void free_list(gnutls_x509_crt_t *list, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        gnutls_x509_crt_deinit(list[i]);
    gnutls_free(list);
}

/* ret_key_id: of the first certificate's key. */
static bool read_chain(struct certificate *certificate, const char *path,
                       unsigned char ret_key_id[KEY_ID_SIZE], struct problem *problem)
{
    gnutls_datum_t data;
    gnutls_x509_crt_t *list;
    unsigned count = 0;
    size_t size = KEY_ID_SIZE;
    int error;

    if (!read_file(path, &data, problem))
        return false;
    error = gnutls_x509_crt_list_import2(&list, &count, &data, GNUTLS_X509_FMT_PEM, 0);
    gnutls_free(data.data);
    if (error < 0)
        return wrong(problem, path, "no certificate in PEM", error);
    if (count > CERTIFICATE_CHAIN_MAX) {
        free_list(list, count);
        problem_set(problem, 0, 0, "%.100s: %u certificates, at most %d", path, count,
                    CERTIFICATE_CHAIN_MAX);
        return false;
    }
    read_facts(&certificate->facts, list[0]);
    error = gnutls_x509_crt_get_key_id(list[0], GNUTLS_KEYID_USE_SHA256, ret_key_id, &size);
    certificate->chain_length = count;
    if (error >= 0)
        error = gnutls_pcert_import_x509_list(certificate->chain, list, &certificate->chain_length,
                                              GNUTLS_X509_CRT_LIST_SORT);
    if (error < 0)
        certificate->chain_length = 0;
    free_list(list, count);
    return error >= 0 || wrong(problem, path, "not a certificate and its chain", error);
}

static bool read_key(struct certificate *certificate, const char *path,
                     unsigned char ret_key_id[KEY_ID_SIZE], struct problem *problem)
{
    gnutls_datum_t data;
    gnutls_pubkey_t public;
    size_t size = KEY_ID_SIZE;
    int error;

    if (!read_file(path, &data, problem))
        return false;
    error = gnutls_privkey_import_x509_raw(certificate->key, &data, GNUTLS_X509_FMT_PEM, NULL, 0);
    free_secret(&data);
    if (error < 0)
        return wrong(problem, path, "no private key in PEM", error);
    error = gnutls_pubkey_init(&public);
    if (error < 0)
        return wrong(problem, path, "no memory", error);
    error = gnutls_pubkey_import_privkey(public, certificate->key, 0, 0);
    if (error >= 0)
        error = gnutls_pubkey_get_key_id(public, GNUTLS_KEYID_USE_SHA256, ret_key_id, &size);
    gnutls_pubkey_deinit(public);
    return error >= 0 || wrong(problem, path, "the key can not be used", error);
}

static bool read_client_ca(struct certificate *certificate, const struct certificate_files *files,
                           struct problem *problem)
{
    struct problem inner;
    gnutls_datum_t data;

    if (!files->client_ca)
        return true;
    if (!read_file(files->client_ca, &data, problem))
        return false;
    certificate->verification = files->verification;
    certificate->clients = files->verification->create(
        (struct bytes){(const char *)data.data, data.size}, files->client_names, &inner);
    gnutls_free(data.data);
    if (!certificate->clients)
        problem_set(problem, 0, 0, "%.100s: %.90s", files->client_ca, inner.message);
    return certificate->clients;
}

static bool read_parts(struct certificate *certificate, const struct certificate_files *files,
                       struct problem *problem)
{
    unsigned char of_certificate[KEY_ID_SIZE], of_key[KEY_ID_SIZE];

    if (!read_chain(certificate, files->certificate, of_certificate, problem) ||
        !read_key(certificate, files->key, of_key, problem) ||
        !read_client_ca(certificate, files, problem))
        return false;
    if (memcmp(of_certificate, of_key, KEY_ID_SIZE) == 0)
        return true;
    problem_set(problem, 0, 0, "the key in %.80s does not belong to the certificate in %.80s",
                files->key, files->certificate);
    return false;
}

static struct certificate *read_generation(const struct certificate_files *files,
                                           struct problem *problem)
{
    struct certificate *certificate = calloc(1, sizeof *certificate);

    if (!certificate || gnutls_privkey_init(&certificate->key) < 0) {
        free(certificate);
        problem_set(problem, 0, 0, "no memory");
        return NULL;
    }
    certificate->holders = 1;
    if (read_parts(certificate, files, problem))
        return certificate;
    certificate_release(certificate);
    return NULL;
}

bool certificates_changed(struct certificates *certificates)
{
    const struct certificate_files *files = certificates->files;
    const struct file_mark now[FILES] = {file_mark_of(files->certificate), file_mark_of(files->key),
                                         file_mark_of(files->client_ca)};
    bool changed = false;

    for (int i = 0; i < FILES; i++)
        changed = changed || !file_mark_same(&now[i], &certificates->marks[i]);
    memcpy(certificates->marks, now, sizeof now);
    return changed;
}

bool certificates_load(struct certificates *certificates, struct problem *problem)
{
    struct certificate *next, *last;

    /* Looked at before they are read: what is written in between shows at the next look. */
    (void)certificates_changed(certificates);
    next = read_generation(certificates->files, problem);
    if (!next)
        return false;
    pthread_mutex_lock(&certificates->lock);
    last = certificates->current;
    certificates->current = next;
    pthread_mutex_unlock(&certificates->lock);
    certificate_release(last);
    return true;
}
