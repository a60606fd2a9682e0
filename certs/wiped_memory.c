/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/wiped_memory.h"

#include <malloc.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

void wiped_free(void *memory)
{
    if (memory)
        explicit_bzero(memory, malloc_usable_size(memory));
    free(memory);
}

/* realloc() may move it and leave a copy. */
void *wiped_realloc(void *old, size_t size)
{
    size_t has = old ? malloc_usable_size(old) : 0;
    void *ret = malloc(size);

    if (!ret)
        return NULL;
    if (old)
        memcpy(ret, old, has < size ? has : size);
    wiped_free(old);
    return ret;
}

static void *take(size_t size, const char *file, int line)
{
    (void)file, (void)line;
    return malloc(size);
}

static void *grow(void *old, size_t size, const char *file, int line)
{
    (void)file, (void)line;
    if (size)
        return wiped_realloc(old, size);
    wiped_free(old);
    return NULL;
}

static void give_back(void *memory, const char *file, int line)
{
    (void)file, (void)line;
    wiped_free(memory);
}

bool wiped_memory_in_openssl(void)
{
    return CRYPTO_set_mem_functions(take, grow, give_back) == 1;
}
