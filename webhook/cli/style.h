/* SPDX-License-Identifier: Apache-2.0 */
/* What the terminal can show. */
#ifndef CLI_STYLE_H
#define CLI_STYLE_H

#include "core/text.h"

enum tint {
    TINT_PLAIN,
    TINT_STRONG,
    TINT_FAINT,
    TINT_DENY,
    TINT_WARN,
    TINT_GOOD,
    TINT_STRUCK,
    TINT_COUNT
};

struct style {
    bool colour;  /* stdout is a terminal, and NO_COLOR is not set */
    bool unicode; /* the locale's characters are UTF-8 */
    size_t width; /* columns to write in: the terminal's, within bounds; 80 where there is none */
};

struct style style_of_stdout(void);

/*
 * What others wrote, fit to be shown: control characters, which a terminal would obey, become `?`,
 * and where there is no Unicode, the signs that our own texts use become ASCII.
 */
const char *style_text(const struct style *style, struct arena *arena, const char *text);

/* The text in a colour. */
void style_put(const struct style *style, struct text *out, enum tint tint, const char *text);

#endif
