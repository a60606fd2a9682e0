/* SPDX-License-Identifier: Apache-2.0 */
/* PEM text to OpenSSL's objects and back. */
#ifndef CERTS_PEM_H
#define CERTS_PEM_H

#include "certs/files.h"
#include "core/text.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

enum { PEM_CERTIFICATES_MAX = 256 };

/* What a file holds: certificates in their order, and its private key if it has one. */
struct pem_content {
    STACK_OF(X509) * certificates;
    EVP_PKEY *key;
};

/*
 * Other blocks than certificates and private keys are passed over. A file with neither, an
 * encrypted key, a second key or a broken block is a problem; its message has no file name.
 * Free with pem_content_free().
 */
bool pem_read(struct bytes text, struct pem_content *ret, struct problem *problem);
void pem_content_free(struct pem_content *content);

/* The same from a file; the problem begins with its path, and is set for FILE_ABSENT too. */
enum file_status pem_read_file(const char *path, struct pem_content *ret, struct problem *problem);

/* False where there is no memory. */
bool pem_put_certificate(struct text *out, X509 *certificate);

/* PKCS #8; free with file_content_free(). False where there is no memory. */
bool pem_key(EVP_PKEY *key, struct file_content *ret);

#endif
