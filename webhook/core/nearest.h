/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Did you mean": the candidate that is fewest typing errors away from a word. An error is a letter
 * too many, too few, another one, or two exchanged; case counts as nothing. Offer every candidate,
 * then read `best`: NULL if none is near enough to be meant.
 */
#ifndef CORE_NEAREST_H
#define CORE_NEAREST_H

#include <stddef.h>

struct nearest {
    const char *word;
    const char *best;
    size_t distance; /* of best */
};

static inline struct nearest nearest_to(const char *word)
{
    return (struct nearest){.word = word};
}

/* The candidate is kept, not copied. Words over 64 bytes are near to nothing. */
void nearest_offer(struct nearest *nearest, const char *candidate);

#endif
