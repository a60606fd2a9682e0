/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is overwritten when it is given back, for libraries through which keys go. */
#ifndef CERTS_WIPED_MEMORY_H
#define CERTS_WIPED_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* For all of OpenSSL from now on. False: it has taken memory of the usual kind already. */
bool wiped_memory_in_openssl(void);

/* In the places of realloc() and free(), for libcurl's curl_global_init_mem(). */
void *wiped_realloc(void *old, size_t size);
void wiped_free(void *memory);

#endif
