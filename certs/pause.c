/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/pause.h"

/* Between a half and the whole. */
static int64_t spread(int64_t milliseconds, unsigned char chance)
{
    return milliseconds / 2 + milliseconds / 2 * chance / 255;
}

/* Doubles with each failure, up to the interval. One conflict is nothing; many are no race. */
static int64_t after_failure(unsigned failures, int64_t interval_ms, unsigned char chance)
{
    int64_t ret = PAUSE_FIRST;

    for (unsigned i = 1; i < failures && ret < interval_ms; i++)
        ret *= 2;
    return spread(ret < interval_ms ? ret : interval_ms, chance);
}

/* Never shorter than asked for. */
static int64_t as_asked(int64_t asked_ms, unsigned char chance)
{
    int64_t least = asked_ms < PAUSE_ASKED_MAX ? asked_ms : PAUSE_ASKED_MAX;

    return least + least / 4 * chance / 255;
}

int64_t pause_after(struct pause *pause, enum rotate_status status, int64_t interval_ms,
                    int64_t asked_ms, unsigned char chance)
{
    int64_t ret = interval_ms, asked = as_asked(asked_ms, chance);

    pause->failures = status >= ROTATE_CONFLICT ? pause->failures + 1 : 0;
    pause->changes = status == ROTATE_CHANGED ? pause->changes + 1 : 0;
    if (pause->failures)
        ret = after_failure(pause->failures, interval_ms, chance);
    else if (pause->changes && pause->changes < PAUSE_BUSY_LOOKS)
        ret = 0; /* later: somebody undoes what we do, so not without a breath */
    return ret < asked ? asked : ret;
}
