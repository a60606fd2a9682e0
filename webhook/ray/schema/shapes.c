/* SPDX-License-Identifier: Apache-2.0 */
/* The shapes that more than one table uses. */
#include "ray/schema/table.h"

const struct ray_shape ray_any = {.kind = RAY_ANY};
const struct ray_shape ray_text = {.kind = RAY_TEXT};
const struct ray_shape ray_texts = {.kind = RAY_LIST, .items = &ray_text};
const struct ray_shape ray_integer = {.kind = RAY_INTEGER};
const struct ray_shape ray_strict_integer = {.kind = RAY_STRICT_INTEGER};
const struct ray_shape ray_number = {.kind = RAY_NUMBER};
const struct ray_shape ray_boolean = {.kind = RAY_BOOLEAN};
const struct ray_shape ray_mapping = {.kind = RAY_MAPPING};
const struct ray_shape ray_texts_by_name = {.kind = RAY_MAPPING, .items = &ray_text};
const struct ray_shape ray_above_zero = {.kind = RAY_NUMBER, .range = {RAY_ABOVE, 0, 0}};
const struct ray_shape ray_from_zero = {.kind = RAY_NUMBER, .range = {RAY_MIN, 0, 0}};
const struct ray_shape ray_count_above_zero = {.kind = RAY_INTEGER, .range = {RAY_MIN, 1, 0}};
const struct ray_shape ray_count_from_zero = {.kind = RAY_INTEGER, .range = {RAY_MIN, 0, 0}};
