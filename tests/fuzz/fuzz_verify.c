/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Target functions: client_verifier_new, client_verifier_refusal. The input is pieces, each with
 * its size before it in two bytes, the larger one first: the CA file, a name, and a chain in DER.
 */
#include "certs/verify.h"
#include "fuzz/fuzz.h"

#include <openssl/err.h>

enum { CHAIN_MAX = 8, NAME_SIZE = 64 };

static struct bytes take(struct bytes *input)
{
    const unsigned char *data = (const unsigned char *)input->data;
    size_t size = input->size >= 2 ? (size_t)(data[0] << 8 | data[1]) : 0;
    size_t head = input->size >= 2 ? 2 : input->size;
    struct bytes piece;

    if (size > input->size - head)
        size = input->size - head;
    piece = (struct bytes){input->data + head, size};
    *input = (struct bytes){piece.data + size, input->size - head - size};
    return piece;
}

static const char *ask(struct bytes authorities, const struct option_list *names,
                       const struct bytes *chain, size_t length)
{
    struct problem problem = {0};
    struct client_verifier *verifier = client_verifier_new(authorities, names, &problem);
    const char *refusal = "no verifier";

    MUST((verifier == NULL) == (problem.message[0] != '\0'));
    if (verifier) {
        refusal = client_verifier_refusal(verifier, chain, length);
        MUST(refusal == client_verifier_refusal(verifier, chain, length));
    }
    MUST(ERR_peek_error() == 0);
    client_verifier_free(verifier);
    return refusal;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct option_list anybody = {.count = 0};
    struct bytes input = {(const char *)data, size};
    struct bytes authorities = take(&input), wanted = take(&input), chain[CHAIN_MAX];
    char name[NAME_SIZE] = "";
    struct option_list names = {{name}, 1};
    size_t length = 0;

    memcpy(name, wanted.data, wanted.size < NAME_SIZE ? wanted.size : NAME_SIZE - 1);
    while (input.size && length < CHAIN_MAX)
        chain[length++] = take(&input);
    /* Who may call by a name may call where no name is asked for. */
    if (!ask(authorities, &names, chain, length))
        MUST(!ask(authorities, &anybody, chain, length));
    else
        (void)ask(authorities, &anybody, chain, length);
    return 0;
}
