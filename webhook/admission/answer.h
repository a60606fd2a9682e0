/* SPDX-License-Identifier: Apache-2.0 */
/* The AdmissionReview that goes back, shaped so that kubectl shows every fault as a bullet. */
#ifndef ADMISSION_ANSWER_H
#define ADMISSION_ANSWER_H

#include "admission/admit.h"

/* Warnings are for the verdict's stage to choose: all findings at LEVEL_WARN are sent. */
struct bytes answer_write(struct arena *arena, const struct verdict *verdict);

/* One finding as a sentence: "message. Fix" with the fix's first letter as a capital. */
void answer_sentence(struct text *out, const struct finding *finding);

#endif
