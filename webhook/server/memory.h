/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the C library's allocator does with memory that a crowd of connections has freed. glibc
 * gives each thread an arena of its own, up to eight a core, and keeps what they held: 38 MB stayed
 * of 512 connections that were gone. Other libraries give it back by themselves.
 */
#ifndef SERVER_MEMORY_H
#define SERVER_MEMORY_H

#include <stdlib.h> /* __GLIBC__ */

#ifdef __GLIBC__
#include <malloc.h>

enum { MEMORY_ARENAS = 4 };

static inline void memory_start(void)
{
    (void)mallopt(M_ARENA_MAX, MEMORY_ARENAS);
    (void)mallopt(M_MMAP_THRESHOLD, 256 * 1024); /* a large body is its own mapping, always */
}

static inline void memory_give_back(void)
{
    (void)malloc_trim(0);
}

#else

static inline void memory_start(void)
{
}

static inline void memory_give_back(void)
{
}

#endif
#endif
