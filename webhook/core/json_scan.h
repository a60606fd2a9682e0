/* SPDX-License-Identifier: Apache-2.0 */
/* What the scan tells json_parse() beside its verdict: where the values are that nobody reads. */
#ifndef CORE_JSON_SCAN_H
#define CORE_JSON_SCAN_H

#include "core/json.h"

enum { JSON_GAPS_MAX = 8 }; /* what is unread beyond these is parsed like the rest */

struct json_gaps {
    struct bytes values[JSON_GAPS_MAX]; /* within the text, in its order */
    size_t count;
};

enum json_status json_scan_gaps(struct bytes text, const struct json_limits *limits,
                                struct json_gaps *ret, struct problem *problem)
    __attribute__((warn_unused_result));

#endif
