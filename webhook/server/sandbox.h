/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the process gives up before its first thread starts: new privileges (prctl), and with
 * Landlock, where the kernel has it (Linux 5.13), every file but those beside its certificate, key,
 * client CA and policy and those of --record, and every new TCP connection or port (Linux 6.7).
 * What is open stays open. There is no way back, and all threads that start later are bound by it
 * too.
 */
#ifndef SERVER_SANDBOX_H
#define SERVER_SANDBOX_H

#include "core/problem.h"

#include <stdbool.h>
#include <stddef.h>

/* The files that are read again; NULLs are skipped. The directory of each may be read, and the one
 * that its symbolic links lead to now: Kubernetes swaps a link beside the file. */
struct sandbox {
    const char *const *files;
    size_t count;
    const char *writable; /* a directory in which files may be made, written and removed; or NULL */
    const char *mode;     /* "auto", "required" or "off": what --landlock says */
};

/*
 * For a process with one thread. Sets ret_abi to the version of Landlock that is in force, 0: none.
 * False, with the reason, if it is required and not to be had, or if the kernel refuses what it has
 * promised.
 */
bool sandbox_enter(const struct sandbox *sandbox, int *ret_abi, struct problem *problem);

#endif
