/* SPDX-License-Identifier: Apache-2.0 */
#include "server/clock.h"

#include <stdio.h>

void clock_text(char ret[CLOCK_TEXT_MAX])
{
    struct timespec now;
    struct tm utc;
    char seconds[CLOCK_TEXT_MAX - sizeof ".999Z"];

    clock_gettime(CLOCK_REALTIME, &now);
    if (!gmtime_r(&now.tv_sec, &utc) ||
        !strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &utc))
        seconds[0] = '\0';
    (void)snprintf(ret, CLOCK_TEXT_MAX, "%s.%03dZ", seconds, (int)(now.tv_nsec / CLOCK_MS_NS));
}
