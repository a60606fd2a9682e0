/* SPDX-License-Identifier: Apache-2.0 */
/* How `replay` writes what would be decided otherwise. */
#ifndef CLI_REPLAY_RENDER_H
#define CLI_REPLAY_RENDER_H

#include "cli/replay/changes.h"
#include "cli/style.h"

struct replay_counts {
    size_t decisions;      /* replayed */
    size_t differ;         /* of them: allowed, denied or injected otherwise */
    size_t warn;           /* of them: other warnings only */
    size_t without_object; /* recorded without --record-content */
    size_t skipped;        /* not judged at all: another kind, an unchanged spec */
    size_t unreadable;
    size_t other_version; /* of decisions: recorded by another version of the program */
};

struct replay_result {
    const struct changes *changes;
    struct replay_counts counts;
    bool against;  /* compared with a policy, not with what was recorded */
    bool warnings; /* list changes of warnings too */
};

void replay_put_text(struct text *out, const struct style *style,
                     const struct replay_result *result);
void replay_put_json(struct text *out, const struct style *style,
                     const struct replay_result *result);

#endif
