/* SPDX-License-Identifier: Apache-2.0 */
/* JSON values as the YAML that people write. */
#ifndef CLI_MANIFEST_YAML_WRITE_H
#define CLI_MANIFEST_YAML_WRITE_H

#include "core/json.h"
#include "core/text.h"

/* In quotes where it would be read as something else without. */
void yaml_write_string(struct text *out, const char *string);

/* In one line: {a: b, c: [1, "2"]}. */
void yaml_write_flow(struct text *out, const struct json *value);

/*
 * `key: value` in lines, the first one without its indentation and the last one without its break.
 * indent: blanks before the key.
 */
void yaml_write_member(struct text *out, const char *key, const struct json *value, size_t indent);

#endif
