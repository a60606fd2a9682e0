/* SPDX-License-Identifier: Apache-2.0 */
/* The two tags with a syntax of their own. */
#ifndef CORE_YAML_SPECIAL_H
#define CORE_YAML_SPECIAL_H

#include "core/arena.h"

/* Does Go's time.Parse take it for one of yaml.v2's four timestamp formats? */
bool yaml_is_timestamp(struct bytes text);

/*
 * Standard base64 with its padding; line breaks do not count. What is not UTF-8 in the result
 * becomes U+FFFD, a byte at a time, as encoding/json has it. False if it is no base64; an empty
 * text if the arena is exhausted.
 */
bool yaml_decode_binary(struct arena *arena, struct bytes text, struct bytes *ret);

#endif
