/* SPDX-License-Identifier: Apache-2.0 */
/* For texts that have to be JSON: what was taken before, and what we wrote. */
#ifndef FUZZ_MUST_PARSE_H
#define FUZZ_MUST_PARSE_H

#include "core/json.h"
#include "fuzz/fuzz.h"

static const struct json_limits must_limits = {.depth = 128, .values = 1000000};

static inline const struct json *must_parse(struct arena *arena, struct bytes text)
{
    const struct json *value = NULL;
    struct problem problem = {0};

    MUST(json_parse(arena, text, &must_limits, &value, &problem) == JSON_OK);
    return value;
}

#endif
