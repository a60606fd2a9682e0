/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel and the C library's allocator do with memory. Huge pages would make 2 MB of each
 * heap resident where 64 KB are in use. glibc gives each thread an arena of its own, up to eight a
 * core, and keeps what they held: 38 MB stayed of 512 connections that were gone. So there are few,
 * and what is larger than a usual request is a mapping of its own, which goes back when it is
 * freed. Other libraries give it back by themselves.
 */
#ifndef SERVER_MEMORY_H
#define SERVER_MEMORY_H

#include <stdlib.h> /* __GLIBC__ */
#include <sys/prctl.h>

static inline void memory_of_small_pages(void)
{
    (void)prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
}

#ifdef __GLIBC__
#include <malloc.h>

enum { MEMORY_ARENAS = 4, MEMORY_MAPPED = 96 * 1024 };

static inline void memory_start(void)
{
    memory_of_small_pages();
    (void)mallopt(M_ARENA_MAX, MEMORY_ARENAS);
    (void)mallopt(M_MMAP_THRESHOLD, MEMORY_MAPPED);
}

static inline void memory_give_back(void)
{
    (void)malloc_trim(0);
}

#else

static inline void memory_start(void)
{
    memory_of_small_pages();
}

static inline void memory_give_back(void)
{
}

#endif
#endif
