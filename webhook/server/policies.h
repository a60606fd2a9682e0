/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy in force, as generations: the file is read into a new one, which replaces the one in
 * force only if it is good. A call holds its generation, so it never sees half of two.
 */
#ifndef SERVER_POLICIES_H
#define SERVER_POLICIES_H

#include "admission/policy_options.h"

/* The file and the generation in force. */
struct policies;

/* One generation: never changed, counted. */
struct policy_generation;

/* flags must outlive it. NULL if there is no memory. */
struct policies *policies_new(const struct policy_flags *flags);

/* Nobody may hold a generation. Takes NULL. */
void policies_free(struct policies *policies);

/* Reads the file, or takes the built-in policy where there is none; on success the new generation
 * is in force, else the old one stays. Called from one thread. */
bool policies_load(struct policies *policies, struct problem *problem);

/* Was the file changed since policies_load() last looked at it? False without a file. The same
 * thread as above. */
bool policies_changed(struct policies *policies);

/* The generation in force, once policies_load() succeeded; give it back with policies_release(). */
struct policy_generation *policies_hold(struct policies *policies);
void policies_release(struct policy_generation *generation);

/* Its policy, which lives as long as the generation is held. */
const struct policy *policies_policy(const struct policy_generation *generation);

#endif
