/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is overwritten when it is given back, for libraries through which keys go. */
#ifndef CERTS_WIPED_MEMORY_H
#define CERTS_WIPED_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* For all of OpenSSL from now on. False: it has taken memory of the usual kind already. */
bool wiped_memory_in_openssl(void);

/* For libcurl's curl_global_init_mem(). */
void *wiped_malloc(size_t size);
void *wiped_calloc(size_t count, size_t size);
void *wiped_realloc(void *old, size_t size);
char *wiped_strdup(const char *text);
void wiped_free(void *memory);

#endif
