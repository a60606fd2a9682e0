/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/inspect.h"

#include "core/text.h"

#include <arpa/inet.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

/* What a memory BIO collected, as the arena's; frees the BIO. NULL where there is no memory. */
static const char *bio_text(struct arena *arena, BIO *bio, bool good)
{
    const char *text = NULL;
    char *data;

    if (good) {
        long size = BIO_get_mem_data(bio, &data);

        text = arena_copy(arena, (struct bytes){data, size > 0 ? (size_t)size : 0});
    }
    BIO_free(bio);
    return text;
}

static const char *name_text(struct arena *arena, const X509_NAME *name)
{
    BIO *bio = BIO_new(BIO_s_mem());

    return bio_text(arena, bio, bio && X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0);
}

static const char *dns_text(struct arena *arena, const ASN1_STRING *name)
{
    BIO *bio = BIO_new(BIO_s_mem());

    return bio_text(arena, bio,
                    bio && BIO_puts(bio, "DNS:") > 0 &&
                        ASN1_STRING_print_ex(bio, name, ASN1_STRFLGS_RFC2253) >= 0);
}

static const char *address_text(struct arena *arena, const ASN1_STRING *address)
{
    const unsigned char *data = ASN1_STRING_get0_data(address);
    int size = ASN1_STRING_length(address);
    char text[INET6_ADDRSTRLEN];

    if ((size != 4 && size != 16) ||
        !inet_ntop(size == 4 ? AF_INET : AF_INET6, data, text, sizeof text))
        return "IP:invalid";
    return arena_printf(arena, "IP:%s", text);
}

static const char *general_name_text(struct arena *arena, GENERAL_NAME *name)
{
    static const char *const others[] = {
        [GEN_OTHERNAME] = "other name", [GEN_EMAIL] = "email",  [GEN_X400] = "X.400 name",
        [GEN_DIRNAME] = "directory",    [GEN_EDIPARTY] = "EDI", [GEN_URI] = "URI",
        [GEN_RID] = "registered ID",
    };
    int type;
    const void *value = GENERAL_NAME_get0_value(name, &type);

    if (type == GEN_DNS)
        return dns_text(arena, value);
    if (type == GEN_IPADD)
        return address_text(arena, value);
    return type >= 0 && (size_t)type < sizeof others / sizeof *others ? others[type] : "unknown";
}

static bool read_names(struct arena *arena, X509 *certificate, struct certificate_facts *facts)
{
    int state = -1;
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, &state, NULL);
    int count = names ? sk_GENERAL_NAME_num(names) : 0;
    const char **texts = arena_array(arena, (size_t)count + 1, sizeof *texts);

    for (int i = 0; texts && i < count; i++)
        texts[i] = general_name_text(arena, sk_GENERAL_NAME_value(names, i));
    facts->names = texts;
    facts->name_count = (size_t)count;
    GENERAL_NAMES_free(names);
    return texts && (names || state == -1);
}

const char *inspect_key(struct arena *arena, const EVP_PKEY *key)
{
    char group[64] = "";

    if (EVP_PKEY_is_a(key, "RSA"))
        return arena_printf(arena, "RSA %d", EVP_PKEY_get_bits(key));
    if (!EVP_PKEY_is_a(key, "EC"))
        return arena_copy(arena, bytes_of(EVP_PKEY_get0_type_name(key)));
    if (EVP_PKEY_get_group_name(key, group, sizeof group, NULL) != 1)
        return "ECDSA";
    if (strcmp(group, SN_X9_62_prime256v1) == 0)
        return "ECDSA P-256";
    return arena_printf(arena, "ECDSA %s", group);
}

static const char *serial_text(struct arena *arena, const X509 *certificate)
{
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
    char *hex = number ? BN_bn2hex(number) : NULL;
    const char *text = hex ? arena_copy(arena, bytes_of(hex)) : NULL;

    OPENSSL_free(hex);
    BN_free(number);
    return text;
}

static const char *fingerprint(struct arena *arena, const X509 *certificate)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    struct text text = text_new(arena);

    if (X509_digest(certificate, EVP_sha256(), digest, &size) != 1)
        return NULL;
    for (unsigned int i = 0; i < size; i++)
        text_printf(&text, i ? ":%02X" : "%02X", (unsigned)digest[i]);
    return text_string(&text);
}

static const char *read_time(struct arena *arena, const ASN1_TIME *time, time_t *ret)
{
    struct tm tm = {0};

    if (ASN1_TIME_to_tm(time, &tm) != 1)
        return NULL;
    *ret = timegm(&tm);
    return arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1,
                        tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

bool inspect_certificate(struct arena *arena, X509 *certificate, struct certificate_facts *ret)
{
    const EVP_PKEY *key = X509_get0_pubkey(certificate);
    struct certificate_facts facts = {
        .subject = name_text(arena, X509_get_subject_name(certificate)),
        .issuer = name_text(arena, X509_get_issuer_name(certificate)),
        .key = key ? inspect_key(arena, key) : "unknown",
        .serial = serial_text(arena, certificate),
        .sha256 = fingerprint(arena, certificate),
        .authority = X509_check_ca(certificate) == 1,
        .server = X509_check_purpose(certificate, X509_PURPOSE_SSL_SERVER, 0) == 1,
        .client = X509_check_purpose(certificate, X509_PURPOSE_SSL_CLIENT, 0) == 1,
    };

    facts.begins = read_time(arena, X509_get0_notBefore(certificate), &facts.not_before);
    facts.ends = read_time(arena, X509_get0_notAfter(certificate), &facts.not_after);
    if (!facts.subject || !facts.issuer || !facts.serial || !facts.sha256 || !facts.begins ||
        !facts.ends || !read_names(arena, certificate, &facts) || arena_exhausted(arena)) {
        ERR_clear_error();
        return false;
    }
    ERR_clear_error();
    *ret = facts;
    return true;
}

enum validity inspect_validity(const struct certificate_facts *facts, time_t now,
                               int64_t within_days)
{
    if (now < facts->not_before)
        return NOT_YET_VALID;
    if (now >= facts->not_after)
        return EXPIRED;
    return (facts->not_after - now) / SECONDS_A_DAY < within_days ? EXPIRES_SOON : VALID;
}

const char *validity_name(enum validity validity)
{
    static const char *const names[] = {"valid", "expiring", "expired", "not valid yet"};

    return names[validity];
}

int64_t inspect_days_left(const struct certificate_facts *facts, time_t now)
{
    int64_t seconds = (int64_t)facts->not_after - (int64_t)now;
    int64_t days = seconds / SECONDS_A_DAY;

    return seconds % SECONDS_A_DAY < 0 ? days - 1 : days;
}
