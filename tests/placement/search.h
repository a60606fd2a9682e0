/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every way a world can end: replicas are placed one by one, in any order and on any node that has
 * room, until no more can be. Ray's schedulers each take one of these ways.
 */
#ifndef TESTS_PLACEMENT_SEARCH_H
#define TESTS_PLACEMENT_SEARCH_H

#include "placement/world.h"

struct endings {
    bool complete;                   /* too many states: nothing is known */
    bool all_placed;                 /* some ending has every replica placed */
    bool stuck[DEPLOYMENTS_MAX];     /* some ending lacks a replica of it */
    int unready_least, unready_most; /* workers whose probe fails */
    int group_least[GROUPS_MAX];     /* of each group */
};

struct search;

/* For many worlds; free with search_free(). */
struct search *search_new(void);
void search_free(struct search *search);

struct endings search_endings(struct search *search, const struct world *world);

#endif
