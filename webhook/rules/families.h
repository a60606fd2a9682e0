/* SPDX-License-Identifier: Apache-2.0 */
/* The families, each from the file of its name; registry.c gives them their order. */
#ifndef RULES_FAMILIES_H
#define RULES_FAMILIES_H

#include "rules/rule.h"

extern const struct rule_family serve_config_family;
extern const struct rule_family kuberay_family;
extern const struct rule_family capacity_family;
extern const struct rule_family proxy_family;
extern const struct rule_family probe_family;
extern const struct rule_family head_family;
extern const struct rule_family policy_family;

#endif
