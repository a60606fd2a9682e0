/* SPDX-License-Identifier: Apache-2.0 */
/* Workers that can have a replica at most, and that must have one at least. */
#ifndef RAY_PLACEMENT_SPREAD_H
#define RAY_PLACEMENT_SPREAD_H

#include "ray/placement/model.h"

static inline int64_t replicas_most(const struct demand *demand, enum moment moment)
{
    int64_t replicas = moment == AT_START ? demand->start : demand->max;

    return replicas < 0 ? RAY_UNLIMITED : replicas;
}

static inline int64_t replicas_least(const struct demand *demand, enum moment moment)
{
    return amount_most(moment == AT_START ? demand->start : demand->floor, 0);
}

/* Workers that can have a replica at the same time. */
int64_t most_occupied(const struct model *model, enum moment moment);

/* Workers that have one, however the replicas pile up and whatever stays pending. */
int64_t least_occupied(const struct model *model, enum moment moment);

/*
 * What to expect of a first deployment at least: everything starts, and where the code decides it
 * takes Ray's defaults: one replica, one CPU.
 */
int64_t likely_occupied(const struct model *model);

#endif
