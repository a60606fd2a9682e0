/* SPDX-License-Identifier: Apache-2.0 */
/* subjectAltName from what people type: DNS names and IP addresses. */
#include "certs/names.h"

#include <arpa/inet.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <string.h>

enum { DNS_NAME_LIMIT = 253, DNS_LABEL_LIMIT = 63 }; /* RFC 1035, 2.3.4 */

/* Bytes of the address, 0 if it is none. */
static size_t address_of(const char *name, unsigned char address[16])
{
    if (inet_pton(AF_INET, name, address) == 1)
        return 4;
    return inet_pton(AF_INET6, name, address) == 1 ? 16 : 0;
}

static bool letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool label_valid(const char *label, size_t length)
{
    if (length == 0 || length > DNS_LABEL_LIMIT || label[0] == '-' || label[length - 1] == '-')
        return false;
    for (size_t i = 0; i < length; i++) {
        if (!letter_or_digit(label[i]) && label[i] != '-')
            return false;
    }
    return true;
}

static bool labels_valid(const char *name)
{
    for (;;) {
        size_t length = strcspn(name, ".");

        if (!label_valid(name, length))
            return false;
        if (!name[length])
            return true;
        name += length + 1;
    }
}

/* "10.0.0" or "10.0.0.256": nobody means a host name by it. */
static bool looks_like_address(const char *name)
{
    const char *dot = strrchr(name, '.');
    const char *last = dot ? dot + 1 : name;

    return *last && last[strspn(last, "0123456789")] == '\0';
}

static const char *fault(const char *name)
{
    unsigned char address[16];

    if (address_of(name, address))
        return NULL;
    if (!*name || strlen(name) > DNS_NAME_LIMIT)
        return "a name has 1 to 253 characters";
    if (strstr(name, "://") || strchr(name, '/') || strchr(name, ':'))
        return "write the host alone, without scheme, port, path or prefix length";
    if (name[strlen(name) - 1] == '.')
        return "write it without the dot at its end";
    if (looks_like_address(name))
        return "it is no IP address, and no host name ends in a number";
    if (!labels_valid(strncmp(name, "*.", 2) == 0 ? name + 2 : name))
        return "a DNS name has labels of 1 to 63 letters, digits and inner hyphens, with dots "
               "between them";
    return NULL;
}

bool name_valid(const char *name, struct problem *problem)
{
    const char *reason = fault(name);

    if (reason)
        problem_set(problem, 0, 0, "\"%.60s\" can not be a certificate's name: %s", name, reason);
    return !reason;
}

static GENERAL_NAME *general_name(int type, ASN1_STRING *value, const void *data, size_t size)
{
    GENERAL_NAME *name = GENERAL_NAME_new();

    if (!name || !value || ASN1_STRING_set(value, data, (int)size) != 1) {
        ASN1_STRING_free(value);
        GENERAL_NAME_free(name);
        return NULL;
    }
    GENERAL_NAME_set0_value(name, type, value);
    return name;
}

static bool push_name(GENERAL_NAMES *names, const char *text)
{
    unsigned char address[16];
    size_t size = address_of(text, address);
    GENERAL_NAME *name = size ? general_name(GEN_IPADD, ASN1_OCTET_STRING_new(), address, size)
                              : general_name(GEN_DNS, ASN1_IA5STRING_new(), text, strlen(text));

    if (name && sk_GENERAL_NAME_push(names, name))
        return true;
    GENERAL_NAME_free(name);
    return false;
}

bool names_add(X509 *certificate, const char *const *names, size_t count)
{
    GENERAL_NAMES *list = GENERAL_NAMES_new();
    bool good = list != NULL;

    for (size_t i = 0; good && i < count; i++)
        good = push_name(list, names[i]);
    if (good && count)
        good = X509_add1_ext_i2d(certificate, NID_subject_alt_name, list, 0, 0) == 1;
    GENERAL_NAMES_free(list);
    return good;
}

const char *authority_name(struct arena *arena)
{
    unsigned char random[4];

    if (RAND_bytes(random, sizeof random) != 1)
        return "rayservice-webhook CA";
    return arena_printf(arena, "rayservice-webhook CA %02x%02x%02x%02x", (unsigned)random[0],
                        (unsigned)random[1], (unsigned)random[2], (unsigned)random[3]);
}
