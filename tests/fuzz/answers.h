/* SPDX-License-Identifier: Apache-2.0 */
/* What holds for every answer of admit(), whatever was asked. */
#ifndef FUZZ_ANSWERS_H
#define FUZZ_ANSWERS_H

#include "core/bytes.h"

/* Asks in both stages, twice each, and once with too little memory. Aborts where something is
 * wrong. */
void check_answers(struct bytes review);

#endif
