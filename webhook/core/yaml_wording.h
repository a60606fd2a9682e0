/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libyaml says what its grammar missed; this says what the person who wrote the text may have done,
 * and where.
 */
#ifndef CORE_YAML_WORDING_H
#define CORE_YAML_WORDING_H

#include "core/problem.h"
#include "core/yaml_place.h"

struct yaml_complaint {
    const char *problem;    /* libyaml's words */
    struct yaml_mark at;    /* where it stopped */
    struct yaml_mark since; /* where what it was reading began; line 0: nowhere */
    struct bytes before;    /* the line up to there */
    char next;              /* the character there; NUL at the end */
};

void yaml_explain(struct problem *problem, const struct yaml_complaint *complaint);

#endif
