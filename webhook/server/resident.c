/* SPDX-License-Identifier: Apache-2.0 */
#include "server/resident.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { LINE_MAX_SIZE = 128, DECIMAL = 10 };

static int statm = -1;

void resident_open(void)
{
    statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
}

void resident_close(void)
{
    if (statm >= 0)
        (void)close(statm);
    statm = -1;
}

/* proc(5): pages in all, then those that are resident. */
uint64_t resident_bytes(void)
{
    char line[LINE_MAX_SIZE] = "";
    char *second = line;
    ssize_t size = statm < 0 ? -1 : pread(statm, line, sizeof line - 1, 0);

    if (size <= 0)
        return 0;
    line[size] = '\0';
    (void)strtoull(line, &second, DECIMAL);
    return (uint64_t)strtoull(second, NULL, DECIMAL) * (uint64_t)sysconf(_SC_PAGESIZE);
}
