/* SPDX-License-Identifier: Apache-2.0 */
/* An AdmissionReview (admission.k8s.io/v1) as the API server sends it. */
#ifndef ADMISSION_REVIEW_H
#define ADMISSION_REVIEW_H

#include "core/json.h"

struct review {
    struct bytes text;                                     /* the request's body, for raw values */
    const char *uid, *operation, *namespace, *name, *user; /* "" where absent */
    const char *group, *kind;
    bool dry_run;
    const struct json *object, *old_object; /* NULL where null or absent */
};

/* JSON_INVALID: the caller's fault, with a sentence in the problem. */
enum json_status review_read(struct arena *arena, struct bytes text, struct review *ret,
                             struct problem *problem);

#endif
