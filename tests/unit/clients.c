/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/clients.h"

#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>

const struct option_list anybody = {.count = 0};
const struct option_list api_server = {{"other", "kube-apiserver"}, 2};

const struct recipe root_recipe = {.common_names = {{"root", 4}},
                                   .constraints = "critical,CA:TRUE",
                                   .usage = "critical,keyCertSign,cRLSign"};
const struct recipe client_recipe = {.common_names = {{"kube-apiserver", 14}},
                                     .constraints = "critical,CA:FALSE",
                                     .usage = "critical,digitalSignature",
                                     .purpose = "clientAuth"};

void free_bytes(struct bytes bytes)
{
    /* NOLINTNEXTLINE(performance-no-int-to-ptr): what was allocated had no const */
    OPENSSL_free((void *)(uintptr_t)bytes.data);
}

struct client_verifier *trusting(const struct identity *const *authorities, size_t count,
                                 const struct option_list *names)
{
    struct problem problem;
    struct bytes pem = make_pem(authorities, count);
    struct client_verifier *verifier = client_verifier_new(pem, names, &problem);

    if (!verifier) {
        (void)fprintf(stderr, "client_verifier_new: %s\n", problem.message);
        abort();
    }
    free_bytes(pem);
    return verifier;
}

const char *ask(const struct client_verifier *verifier, const struct identity *const *identities,
                size_t length)
{
    struct bytes chain[CHAIN_MAX] = {{0}};
    const char *refusal;

    for (size_t i = 0; i < length; i++)
        chain[i] = make_der(identities[i]->certificate);
    refusal = client_verifier_refusal(verifier, chain, length);
    if (ERR_peek_error())
        refusal = "an error stays in OpenSSL's list";
    for (size_t i = 0; i < length; i++)
        free_bytes(chain[i]);
    return refusal;
}
