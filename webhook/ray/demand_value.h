/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers and resources in a serve config, as Ray takes them. */
#ifndef RAY_DEMAND_VALUE_H
#define RAY_DEMAND_VALUE_H

#include "ray/serve_config.h"
#include "ray/start.h"

/* A number, or a string that Python's float() reads in decimal. */
bool value_number(const struct yaml_value *value, double *ret);

/* A resource's amount in Ray's fixed point, which truncates; memory is whole bytes before that. */
bool value_amount(const struct yaml_value *value, bool bytes, int64_t *ret);

/* Not zero, and less than Ray counts: refused when the application is deployed. */
bool value_is_too_fine(const struct yaml_value *value);

bool value_is_null(const struct yaml_value *value); /* absent too */

/* Adds to what the list has of that name. The list has room. */
void resources_add(struct ray_resources *list, const char *name, int64_t amount);

int64_t resources_amount(const struct ray_resources *list, const char *name);

enum { RESOURCES_MAX = 64 };

/*
 * {CPU: 1, accel: 2}: a bundle, or `resources`; at most RESOURCES_MAX of them, and room for `spare`
 * more. False if something is left out: it is no amount, or one too many.
 */
bool resources_read(struct arena *arena, const struct yaml_value *mapping, size_t spare,
                    struct ray_resources *ret);

#endif
