/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers in text, as Python reads and writes them: `1_000`, ` +5 `, `inf`. The two eras of
 * pydantic disagree at the edges: v1 is Python's own int() and float(), v2 is written in Rust.
 */
#ifndef RAY_PYTHON_TEXT_H
#define RAY_PYTHON_TEXT_H

#include "core/arena.h"

struct python_number {
    bool v1, v2; /* whether pydantic v1 and v2 take it for a number */
    double number;
};

struct python_number python_integer(struct arena *arena, struct bytes text);
struct python_number python_float(struct arena *arena, struct bytes text);

/* repr(): the shortest text that reads back as the same number. */
const char *python_repr(struct arena *arena, double number);

#endif
