/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ratcheting: a fault that the stored object has already is said, and refuses nothing. Faults are
 * known again by their rule and place, and a place in a list by the name of what stands there:
 * groups that are put into another order, and applications behind a new one, have no new faults.
 */
#ifndef ADMISSION_RATCHET_H
#define ADMISSION_RATCHET_H

#include "core/finding.h"
#include "ray/serve_config.h"
#include "ray/service.h"

/* An object and what is wrong with it. */
struct ratchet_side {
    const struct ray_service *service;
    const struct serve_config *config;
    struct findings *findings;
};

/* Denials of `new` that `old` explains become warnings; each of the old explains one. */
void ratchet(struct arena *arena, const struct ratchet_side *old, const struct ratchet_side *new);

#endif
