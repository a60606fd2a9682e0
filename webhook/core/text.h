/* SPDX-License-Identifier: Apache-2.0 */
/* Text that grows in an arena. When the arena is exhausted it stops growing; ask the arena. */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include "core/arena.h"

struct text {
    struct arena *arena;
    char *data;
    size_t size, room;
};

static inline struct text text_new(struct arena *arena)
{
    return (struct text){.arena = arena};
}

void text_put(struct text *text, struct bytes bytes);
void text_puts(struct text *text, const char *string);
void text_putc(struct text *text, char c);
void text_number(struct text *text, size_t number);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A JSON string with its quotes. NULL is written as null. Bytes are taken as UTF-8, as they are. */
void text_json(struct text *text, const char *string);
void text_json_bytes(struct text *text, struct bytes string);

/* The name as a JSON string, and a colon. */
void text_json_key(struct text *text, const char *name);

/*
 * Text of an HTML element or of a quoted attribute. Control characters, which HTML has no way to
 * write, become U+FFFD.
 */
void text_html(struct text *text, const char *string);

void text_base64(struct text *text, struct bytes bytes);

/* The text so far, NUL-terminated; "" if empty or exhausted. */
const char *text_string(struct text *text);

static inline struct bytes text_bytes(const struct text *text)
{
    return (struct bytes){text->data, text->size};
}

#endif
