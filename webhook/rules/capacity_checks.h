/* SPDX-License-Identifier: Apache-2.0 */
/* The capacity family's checks, by file. */
#ifndef RULES_CAPACITY_CHECKS_H
#define RULES_CAPACITY_CHECKS_H

#include "rules/rule.h"

/* capacity_never.c */
void check_exceed(const struct rule_input *input, struct findings *findings);
void check_no_node(const struct rule_input *input, struct findings *findings);
void report_shortage(const struct rule_input *input, struct findings *findings);

/* capacity_doubt.c */
void check_may_not_fit(const struct rule_input *input, struct findings *findings);
void check_need_more_workers(const struct rule_input *input, struct findings *findings);

/* capacity_workers.c */
void check_without_replica(const struct rule_input *input, struct findings *findings);
void check_may_lack_replica(const struct rule_input *input, struct findings *findings);

/* capacity_counts.c */
void check_counts_not_applied(const struct rule_input *input, struct findings *findings);

#endif
