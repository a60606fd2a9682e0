/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What to write into a RayService, decided point by point: num-cpus "0" for the head, the readiness
 * probe for each worker group. A module and not a rule, because it writes. What is stored once
 * counts in KubeRay's hash, so an UPDATE gets back what it lost, to the byte, and nothing new.
 */
#ifndef ADMISSION_INJECTION_H
#define ADMISSION_INJECTION_H

#include "admission/marks.h"
#include "admission/patch.h"
#include "admission/policy.h"
#include "core/finding.h"
#include "ray/serve_config.h"
#include "ray/service.h"

enum injection_action {
    INJECTION_ADD,     /* wanted, and new here */
    INJECTION_RESTORE, /* the stored object had it from us, this UPDATE lost it */
    INJECTION_SKIP,    /* wanted, but it would start a second RayCluster */
    INJECTION_FOLLOW,  /* ours is there and asks a port that this UPDATE moves */
    INJECTION_REMOVE,  /* ours is there, and beside what this UPDATE brings KubeRay refuses it */
};

struct injection_step {
    struct injection_step *next;
    enum injection_action action;
    const struct ray_group *group; /* whose point it is */
    const struct path *at;         /* in the object */
    struct bytes value;            /* JSON; empty where nothing is written */
    const char *label;             /* "head num-cpus" */
    bool held;                     /* the policy only looks on: it is not taken */
};

struct injection_steps {
    struct injection_step *first, **last;
};

struct injection_input {
    struct arena *arena;
    const struct policy *policy;
    const struct ray_service *service, *previous; /* previous: NULL on CREATE */
    const struct serve_config *config;            /* NULL: the text does not name proxy_location */
    struct bytes request; /* the AdmissionReview's JSON, for values to restore from its oldObject */
};

struct injection {
    struct injection_steps steps, held;
    struct marks stored_marks;
};

/* Ask the arena afterwards. */
struct injection injection_plan(const struct injection_input *input);

/* /mutate: the patch, and a finding for each step that was skipped; findings may be NULL. */
void injection_apply(const struct injection *plan, struct patch *patch, struct findings *findings);

/* /mutate, after that: the annotation that remembers what is there from us, where it changes. */
void injection_mark(const struct injection_input *input, const struct injection *plan,
                    struct patch *patch);

/* What a policy that looks on keeps from being written: "head num-cpus, proxy probe in small"; ""
 * if nothing. */
const char *injection_held_labels(struct arena *arena, const struct injection *plan);

/* The service as if the head had what is kept from it; the service itself where that is nothing. */
const struct ray_service *injection_assumed(struct arena *arena, const struct injection *plan,
                                            const struct ray_service *service);

/* /validate: every webhook has run, so whatever is still to be done got lost. */
void injection_check(const struct injection *plan, struct findings *findings);

#endif
