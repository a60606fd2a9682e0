/* SPDX-License-Identifier: Apache-2.0 */
/* Paragraphs for a terminal. */
#ifndef CORE_WRAP_H
#define CORE_WRAP_H

#include "core/text.h"

/*
 * Writes text so that no line passes `width` columns, unless one word does. Lines after the first
 * begin with `indent` blanks; the first continues at column `at`. A newline in the text starts a
 * new line. Ends without a newline.
 */
void wrap(struct text *out, const char *text, size_t at, size_t indent, size_t width);

/* Many of the same character. */
void wrap_fill(struct text *out, char c, size_t count);

#endif
