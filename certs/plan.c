/* SPDX-License-Identifier: Apache-2.0 */
#include "certs/plan.h"

#include <stddef.h>

static bool valid(const struct plan_pair *pair, time_t now)
{
    return pair->good && pair->not_before <= now && now < pair->not_after;
}

/* By its end alone: a clock that jumped back makes nothing due. */
static bool due(const struct plan_pair *pair, int64_t lifetime, time_t now)
{
    return (int64_t)pair->not_after - (int64_t)now <= lifetime / 3;
}

/* None that was made by today's clock and for this lifetime ends so late. The slack is for several
 * API servers whose clocks differ. */
static bool too_late(time_t end, int64_t lifetime, time_t now)
{
    return (int64_t)end - (int64_t)now > lifetime + lifetime / 3;
}

/* Whether a server may be answering with a certificate that the API server accepts now. Without a
 * certificate in the Secret, servers that had read it before still have it. */
static bool served(const struct plan_state *state, time_t now)
{
    switch (state->leaf_signer) {
    case SIGNED_BY_CURRENT:
        return valid(&state->leaf, now) && valid(&state->current, now);
    case SIGNED_BY_OLD:
        return valid(&state->leaf, now) && state->old_valid;
    case SIGNED_BY_NOBODY_KNOWN:
        break;
    }
    return state->old_valid && !state->leaf.good;
}

static bool settled(const struct plan_state *state, const struct plan_times *times)
{
    return state->bundles_known && state->bundles_right && state->settled >= times->settle_seconds;
}

/* Whether a server that missed the new Secret may have a certificate of an old CA. An end that lies
 * too late was written by a clock that was ahead; waiting for that would be waiting for years. */
static bool old_serves(const struct plan_state *state, const struct plan_times *times, time_t now)
{
    return now < state->old_until && !too_late(state->old_until, times->leaf_seconds, now);
}

static enum plan_ca set(struct plan *plan, enum plan_ca ca, const char *why)
{
    plan->ca_why = why;
    return plan->ca = ca;
}

/* There is none that can sign. Where nobody is served there is nothing to wait for. */
static void plan_without_ca(const struct plan_state *state, const struct plan_times *times,
                            time_t now, struct plan *ret)
{
    if (!valid(&state->next, now))
        set(ret, CA_INTRODUCE,
            state->current.good ? "the CA is not valid now" : "there is no CA that could sign");
    else if (!served(state, now) || settled(state, times))
        set(ret, CA_PROMOTE, "there is no other CA that could sign");
}

static void plan_ca(const struct plan_state *state, const struct plan_times *times, time_t now,
                    struct plan *ret)
{
    if (!valid(&state->current, now))
        plan_without_ca(state, times, now, ret);
    else if (valid(&state->next, now) && settled(state, times))
        set(ret, CA_PROMOTE, "every caBundle has it");
    else if (state->old && state->leaf_signer == SIGNED_BY_CURRENT && valid(&state->leaf, now) &&
             !state->next.good && settled(state, times) && !old_serves(state, times, now))
        set(ret, CA_FORGET, "no certificate in use hangs on it");
    else if (!valid(&state->next, now) && due(&state->current, times->ca_seconds, now))
        set(ret, CA_INTRODUCE, "two thirds of the CA's time are over");
}

static const char *leaf_fault(const struct plan_state *state, const struct plan_times *times,
                              time_t now)
{
    const struct plan_pair *leaf = &state->leaf;

    if (!leaf->good)
        return "there is none that fits";
    if (state->leaf_signer != SIGNED_BY_CURRENT)
        return "the CA has changed";
    if (now < leaf->not_before)
        return "it is not valid yet: the clock was set back";
    if (now >= leaf->not_after)
        return "it has expired";
    if (too_late(leaf->not_after, times->leaf_seconds, now))
        return "it ends too late: the clock was set back, or --lifetime was shortened";
    /* One that ends with its CA would be replaced by the like. */
    if (due(leaf, times->leaf_seconds, now) && leaf->not_after < state->current.not_after)
        return "two thirds of its time are over";
    return NULL;
}

struct plan plan(const struct plan_state *state, const struct plan_times *times, time_t now)
{
    struct plan ret = {.ca = CA_KEEP};

    plan_ca(state, times, now, &ret);
    /* What signs changes with the CA: look again after it is stored. */
    if (ret.ca != CA_PROMOTE && valid(&state->current, now))
        ret.leaf_why = leaf_fault(state, times, now);
    ret.leaf = ret.leaf_why != NULL;
    return ret;
}
