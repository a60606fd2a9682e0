/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a plain scalar is in the core schema of YAML 1.2, which editors read by: `yes` and 0b1 are
 * strings there, and 010 is ten. Source: YAML 1.2.2, 10.3.2.
 */
#ifndef CORE_YAML_CORE_H
#define CORE_YAML_CORE_H

#include "core/yaml.h"

/* YAML_NULL, YAML_BOOL, YAML_FLOAT for all numbers, or YAML_STRING. */
enum yaml_kind yaml_core_kind(struct bytes plain);

#endif
