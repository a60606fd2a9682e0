/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/reader.h"

#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

struct pem_content reader_decode(const char *text)
{
    size_t size = strlen(text);
    unsigned char *plain = malloc(size + 1);
    struct pem_content content = {0};
    struct problem problem;
    int got = plain ? EVP_DecodeBlock(plain, (const unsigned char *)text, (int)size) : -1;

    while (got > 0 && plain[got - 1] == '\0')
        got--;
    if (got <= 0 || !pem_read((struct bytes){(char *)plain, (size_t)got}, &content, &problem))
        printf("# not readable: %.60s\n", text);
    free(plain);
    return content;
}

bool reader_looks(struct reader *reader, const char *stored, int64_t now)
{
    if (!stored || !*stored || (reader->has && strcmp(reader->has, stored) == 0) ||
        now < reader->stuck_until) {
        reader->due = 0;
        return false;
    }
    if (!reader->due)
        reader->due = now + reader->lag;
    if (now < reader->due)
        return false;
    reader->due = 0;
    free(reader->has);
    reader->has = strdup(stored);
    return reader->has != NULL;
}

X509_STORE *reader_trust(const char *bundle)
{
    X509_STORE *ret = X509_STORE_new();
    struct pem_content content = reader_decode(bundle);

    for (int i = 0; i < sk_X509_num(content.certificates); i++)
        X509_STORE_add_cert(ret, sk_X509_value(content.certificates, i));
    pem_content_free(&content);
    return ret;
}

int reader_verify(const char *name, X509_STORE *trust, X509 *leaf, time_t now)
{
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    int error = X509_V_ERR_OUT_OF_MEM;

    if (context && trust && leaf && X509_STORE_CTX_init(context, trust, leaf, NULL) == 1 &&
        X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_SERVER) == 1) {
        X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context), now);
        X509_VERIFY_PARAM_set1_host(X509_STORE_CTX_get0_param(context), name, 0);
        (void)X509_verify_cert(context);
        error = X509_STORE_CTX_get_error(context);
    }
    X509_STORE_CTX_free(context);
    return error;
}
