/* SPDX-License-Identifier: Apache-2.0 */
/* What an open collection is given: items, members by key, the members of what it merges. */
#ifndef CORE_YAML_MEMBERS_H
#define CORE_YAML_MEMBERS_H

#include "core/yaml_tree.h"

/* These return NULL when the arena is exhausted. */

/* Room for one more, to be filled by the caller, all but its next. */
struct yaml_value *yaml_append(struct yaml_tree *tree, struct yaml_frame *frame);

/* Puts the member (its next does not count) where its key is already, or at the end. */
struct yaml_value *yaml_put_member(struct yaml_tree *tree, struct yaml_frame *frame,
                                   const struct yaml_value *member);

/* As yaml.v2 does it, which sets a map's keys one by one: later ones overwrite all others. */
void yaml_merge(struct yaml_tree *tree, struct yaml_frame *frame, const struct yaml_value *mapping);

#endif
