/* SPDX-License-Identifier: Apache-2.0 */
/* The operator's own validation (KubeRay's utils/validation.go) as rows: kuberay-refuses. */
#ifndef RULES_REFUSALS_H
#define RULES_REFUSALS_H

#include "rules/rule.h"

/*
 * One refusal being looked for: rows call refuse() and need not know which operator runs. Where
 * that is unknown, some operator may still accept the object (1.1 and 1.2 validate nothing): a
 * warning.
 */
struct refusing {
    const struct rule_input *input;
    const struct ray_service *service;
    const struct ray_group *group; /* for rows about groups */
    struct findings *findings;
    struct ray_release since; /* of the row */
};

void refuse(const struct refusing *refusing, const struct path *at, const char *fix,
            const char *format, ...) __attribute__((format(printf, 4, 5)));

/* A gate that is off by default and may be on: a warning, whichever operator runs. */
void warn_of_gate(const struct refusing *refusing, const struct path *at, const char *who,
                  const char *gate);

struct refusal {
    struct ray_release since; /* the first KubeRay that refuses */
    void (*look)(const struct refusing *refusing);
};

struct refusals {
    const struct refusal *rows;
    size_t count;
};

/* About the RayService, about rayClusterConfig, about every group, about worker groups only. */
extern const struct refusals service_refusals, cluster_refusals, group_refusals, worker_refusals;

void check_kuberay_refuses(const struct rule_input *input, struct findings *findings);

#endif
