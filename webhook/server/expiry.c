/* SPDX-License-Identifier: Apache-2.0 */
#include "server/expiry.h"

enum { HOUR = 60 * 60, DAY = 24 * HOUR, SOON = 7 * DAY };

static const int64_t pauses[] = {
    [EXPIRY_SOON] = DAY, [EXPIRY_LAST_DAY] = HOUR, [EXPIRY_OVER] = HOUR};

static enum expiry expiry_of(const struct certificate_facts *facts, int64_t now)
{
    int64_t left = facts->not_after - now;

    if (left < 0)
        return EXPIRY_OVER;
    if (left >= SOON || left >= (facts->not_after - facts->not_before) / 4)
        return EXPIRY_FAR;
    return left < DAY ? EXPIRY_LAST_DAY : EXPIRY_SOON;
}

enum expiry expiry_due(struct expiry_watch *watch, const struct certificate_facts *facts,
                       int64_t now)
{
    enum expiry expiry = expiry_of(facts, now);

    if (watch->not_after != facts->not_after)
        *watch = (struct expiry_watch){.not_after = facts->not_after};
    /* A clock that was set back does not make it silent. */
    if (expiry == EXPIRY_FAR ||
        (expiry == watch->said && now >= watch->said_at && now - watch->said_at < pauses[expiry]))
        return EXPIRY_FAR;
    watch->said = expiry;
    watch->said_at = now;
    return expiry;
}
