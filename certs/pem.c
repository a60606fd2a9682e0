/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/pem.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

/* One block between -----BEGIN X----- and -----END X-----. */
struct pem_block {
    char *name, *header;
    unsigned char *data;
    long size;
};

static void block_free(struct pem_block *block)
{
    OPENSSL_free(block->name);
    OPENSSL_free(block->header);
    OPENSSL_clear_free(block->data, block->size > 0 ? (size_t)block->size : 0);
}

void pem_content_free(struct pem_content *content)
{
    sk_X509_pop_free(content->certificates, X509_free);
    EVP_PKEY_free(content->key);
    *content = (struct pem_content){0};
}

static bool fail(struct problem *problem, const char *message)
{
    problem_set(problem, 0, 0, "%s", message);
    return false;
}

static bool take_certificate(const struct pem_block *block, struct pem_content *content,
                             struct problem *problem)
{
    const unsigned char *data = block->data;
    X509 *certificate;

    if (sk_X509_num(content->certificates) >= PEM_CERTIFICATES_MAX)
        return fail(problem, "more than 256 certificates");
    certificate = d2i_X509(NULL, &data, block->size);
    if (!certificate || data != block->data + block->size) {
        X509_free(certificate);
        problem_set(problem, 0, 0, "certificate %d in it is broken: its DER does not parse",
                    sk_X509_num(content->certificates) + 1);
        return false;
    }
    if (!sk_X509_push(content->certificates, certificate)) {
        X509_free(certificate);
        return fail(problem, "no memory");
    }
    return true;
}

static bool take_key(const struct pem_block *block, struct pem_content *content,
                     struct problem *problem)
{
    const unsigned char *data = block->data;

    if (content->key)
        return fail(problem, "more than one private key");
    if (*block->header)
        return fail(problem, "the private key is encrypted: store it without a passphrase");
    content->key = d2i_AutoPrivateKey(NULL, &data, block->size);
    if (!content->key)
        return fail(problem, "the private key in it is broken: its DER does not parse");
    return true;
}

static bool refuse_encrypted(const struct pem_block *block, struct pem_content *content,
                             struct problem *problem)
{
    (void)block, (void)content;
    return fail(problem, "the private key is encrypted: store it without a passphrase");
}

static const struct block_kind {
    const char *name;
    bool (*take)(const struct pem_block *block, struct pem_content *content,
                 struct problem *problem);
} block_kinds[] = {
    {PEM_STRING_X509, take_certificate},  {PEM_STRING_PKCS8INF, take_key},
    {PEM_STRING_ECPRIVATEKEY, take_key},  {PEM_STRING_RSA, take_key},
    {PEM_STRING_PKCS8, refuse_encrypted},
};

static bool take_block(const struct pem_block *block, struct pem_content *content,
                       struct problem *problem)
{
    for (size_t i = 0; i < sizeof block_kinds / sizeof *block_kinds; i++) {
        if (strcmp(block->name, block_kinds[i].name) == 0)
            return block_kinds[i].take(block, content, problem);
    }
    return true;
}

static size_t count_lines(struct bytes text, const char *start)
{
    const char *end = text.data + text.size, *at = text.data;
    size_t count = 0, size = strlen(start);

    while ((at = memmem(at, (size_t)(end - at), start, size)) != NULL) {
        count += at == text.data || at[-1] == '\n' || at[-1] == '\r';
        at += size;
    }
    return count;
}

/*
 * After the last block that OpenSSL read. It tells the end of the text from a broken block by its
 * reason alone, and passes over a block whose first line is damaged.
 */
static bool at_end(struct bytes text, size_t blocks, struct problem *problem)
{
    unsigned long error = ERR_peek_last_error();

    if (ERR_GET_LIB(error) != ERR_LIB_PEM || ERR_GET_REASON(error) != PEM_R_NO_START_LINE)
        problem_set(problem, 0, 0,
                    "PEM block %zu in it is broken: not base64 between BEGIN and END", blocks + 1);
    else if (count_lines(text, "-----END ") != blocks)
        problem_set(problem, 0, 0, "of the PEM blocks in it, %zu begin and %zu end", blocks,
                    count_lines(text, "-----END "));
    else
        return true;
    return false;
}

static bool read_blocks(struct bytes text, BIO *bio, struct pem_content *content,
                        struct problem *problem)
{
    for (size_t blocks = 0;; blocks++) {
        struct pem_block block = {0};
        bool good;

        if (PEM_read_bio(bio, &block.name, &block.header, &block.data, &block.size) != 1)
            return at_end(text, blocks, problem);
        good = take_block(&block, content, problem);
        block_free(&block);
        if (!good)
            return false;
    }
}

bool pem_read(struct bytes text, struct pem_content *ret, struct problem *problem)
{
    struct pem_content content = {.certificates = sk_X509_new_null()};
    BIO *bio = BIO_new_mem_buf(text.data, (int)text.size);
    bool good = content.certificates && bio;

    good = good ? read_blocks(text, bio, &content, problem) : fail(problem, "no memory");
    if (good && !content.key && sk_X509_num(content.certificates) == 0)
        good = fail(problem, "no PEM certificate and no private key in it");
    if (good)
        *ret = content;
    else
        pem_content_free(&content);
    BIO_free(bio);
    ERR_clear_error();
    return good;
}

enum file_status pem_read_file(const char *path, struct pem_content *ret, struct problem *problem)
{
    struct file_content file = {0};
    struct problem inner = {0};
    enum file_status status = file_read(path, &file, problem);
    bool good;

    if (status != FILE_READ)
        return status;
    good = pem_read((struct bytes){file.data, file.size}, ret, &inner);
    file_content_free(&file);
    if (!good)
        file_problem(problem, path, inner.message);
    return good ? FILE_READ : FILE_FAILED;
}

bool pem_put_certificate(struct text *out, X509 *certificate)
{
    BIO *bio = BIO_new(BIO_s_mem());
    bool good = bio && PEM_write_bio_X509(bio, certificate) == 1;
    char *data;
    long size = good ? BIO_get_mem_data(bio, &data) : 0;

    if (size > 0)
        text_put(out, (struct bytes){data, (size_t)size});
    BIO_free(bio);
    return size > 0 && !arena_exhausted(out->arena);
}

bool pem_key(EVP_PKEY *key, struct file_content *ret)
{
    BIO *bio = BIO_new(BIO_s_secmem());
    bool good = bio && PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1;
    struct file_content content = {0};
    char *data;
    long size = good ? BIO_get_mem_data(bio, &data) : 0;

    if (size > 0)
        content = (struct file_content){OPENSSL_memdup(data, (size_t)size), (size_t)size};
    BIO_free(bio);
    if (content.data)
        *ret = content;
    return content.data != NULL;
}
