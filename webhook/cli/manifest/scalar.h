/* SPDX-License-Identifier: Apache-2.0 */
/* Places inside a string, as places in the YAML or JSON text that it was written in. */
#ifndef CLI_MANIFEST_SCALAR_H
#define CLI_MANIFEST_SCALAR_H

#include "core/bytes.h"

#include <stdbool.h>

/*
 * source: the document; at: where the scalar begins in it; value: what it means. line and column
 * (from 1) are a place in value. False if it is not there, or the scalar is an alias.
 */
bool scalar_place(struct bytes source, size_t at, struct bytes value, unsigned line,
                  unsigned column, size_t *ret_offset);

#endif
