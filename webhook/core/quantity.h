/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kubernetes quantities (k8s.io/apimachinery/pkg/api/resource) as exact integers.
 */
#ifndef CORE_QUANTITY_H
#define CORE_QUANTITY_H

#include "core/bytes.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Reads `100m`, `1.5`, `2Gi`, `1e3`, … and rounds up to whole units, as Quantity.Value() does,
 * which is what KubeRay asks for: `500m` is 1. Above INT64_MAX it saturates. False if it is no
 * quantity.
 */
bool quantity_ceil(struct bytes text, int64_t *ret);

/* The same in units of 1/10,000 (Ray's fixed point), rounded up: for exact comparisons. */
bool quantity_ten_thousandths(struct bytes text, int64_t *ret);

#endif
