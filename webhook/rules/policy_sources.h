/* SPDX-License-Identifier: Apache-2.0 */
/* Where images and code come from: image-not-allowed, working-dir-not-allowed. */
#ifndef RULES_POLICY_SOURCES_H
#define RULES_POLICY_SOURCES_H

#include "rules/rule.h"

void check_images(const struct rule_input *input, struct findings *findings);
void check_working_dirs(const struct rule_input *input, struct findings *findings);

/* "a, b, c" for a message. */
const char *limit_list_text(struct arena *arena, const struct limit_texts *list);

#endif
