/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the serve-config family share. */
#ifndef RULES_SERVE_CONFIG_H
#define RULES_SERVE_CONFIG_H

#include "rules/rule.h"

/*
 * The releases that may run: the one that rayVersion and the image name; both, if they differ; all
 * that the tables know, if neither says, or one says what no table knows.
 */
uint64_t serve_config_releases(const struct rule_input *input);

/* "Ray 2.52", "Ray 2.55 to 2.60"; "Ray" where they are all that the tables know. */
const char *serve_config_ray(struct arena *arena, uint64_t releases);

/* The newest of them: what holds there is worth a warning where nobody knows which one runs. */
uint64_t serve_config_newest(uint64_t releases);

/* Rules of serve_config_keys.c and serve_config_surprise.c. */
void serve_config_check_ignored(const struct rule_input *input, struct findings *findings);
void serve_config_check_deprecated(const struct rule_input *input, struct findings *findings);
void serve_config_check_surprise(const struct rule_input *input, struct findings *findings);

#endif
