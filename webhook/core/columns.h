/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How wide text is on a terminal: an ideograph or an emoji takes two columns, a combining mark
 * none. Source: Unicode 14, General_Category and East_Asian_Width; what that leaves open (A) is
 * narrow. A byte that is no UTF-8 counts as one.
 */
#ifndef CORE_COLUMNS_H
#define CORE_COLUMNS_H

#include "core/bytes.h"

size_t columns_of(struct bytes text);

/* The first character's bytes, 0 at the end, and what it takes. */
size_t columns_next(struct bytes text, size_t *columns);

#endif
