/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much of the process is in memory, as the kernel counts it. The sandbox lets nobody open
 * /proc, so the file is opened once, before it.
 */
#ifndef SERVER_RESIDENT_H
#define SERVER_RESIDENT_H

#include <stdint.h>

void resident_open(void);
void resident_close(void);

/* 0 if the kernel does not say. */
uint64_t resident_bytes(void);

#endif
