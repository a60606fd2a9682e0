/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How --max-memory is split: what the process takes at most, and what the kernel keeps of its
 * sockets, since a Pod's limit counts both. Every bound of the server that costs memory comes from
 * here.
 */
#ifndef SERVER_MEMORY_PLAN_H
#define SERVER_MEMORY_PLAN_H

#include "core/problem.h"
#include "server/workers.h"

struct memory_wish {
    size_t most;         /* bytes: --max-memory */
    size_t connections;  /* --max-connections; 0: as many as are good with that memory */
    bool policy, record; /* there is a policy; decisions are recorded with their objects */
};

struct memory_plan {
    size_t most;
    size_t connections, plain_connections;
    size_t large; /* bytes of all large bodies and answers: budget.h */
    struct workers_size workers;
};

/* False if it does not fit; the problem says what would. */
bool memory_plan(const struct memory_wish *wish, struct memory_plan *ret, struct problem *problem);

/* The log's line `memory`. */
void memory_plan_log(const struct memory_plan *plan);

#endif
