/* SPDX-License-Identifier: Apache-2.0 */
/* Text of others made fit for a line that people read: in a terminal, a log, a Warning header. */
#ifndef CORE_PLAIN_H
#define CORE_PLAIN_H

#include "core/text.h"

/* The length of the well-formed UTF-8 sequence at the start (RFC 3629: no overlong forms, no
 * surrogates), 1 for ASCII; 0 if it is none. */
size_t utf8_sequence(struct bytes text);

/*
 * At most limit bytes of the string. Control characters (C0, DEL, C1) become blanks: a terminal
 * obeys them, and the API server drops a warning that has one. Bytes that are no UTF-8, such as
 * half a character that "%.40s" left, are left out.
 */
void text_plain(struct text *out, struct bytes string, size_t limit);

#endif
