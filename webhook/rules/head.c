/* SPDX-License-Identifier: Apache-2.0 */
/* Whether Serve replicas may land on the head. */
#include "rules/families.h"

static bool is_zero(const char *value)
{
    return value[strspn(value, "0")] == '\0' && *value;
}

static void check_head_runs_replicas(const struct rule_input *input, struct findings *findings)
{
    const struct ray_group *head = &input->service->head;
    const char *cpus = ray_start_param(head, "num-cpus");

    if (!cpus || is_zero(cpus) || !*cpus)
        return;
    report(findings, PATH_KEY(PATH_KEY(&head->at, "rayStartParams"), "num-cpus"),
           "set num-cpus: \"0\", or leave it out",
           "the head offers %.40s CPUs, so replicas may land on it and not on a worker", cpus);
}

static const struct rule rules[] = {
    {
        .name = "head-not-isolated",
        .level = LEVEL_WARN,
        .summary = "num-cpus \"0\" was not injected into the head, and why",
        .why =
            "Without it Ray places replicas on the head. They compete with the controller and the "
            "dashboard, workers stay without a replica and so unready, and the head's failure "
            "takes them along. On a running RayService the injection would start a second "
            "RayCluster, so it is left to you.",
        .example = "an UPDATE of a RayService from before the webhook, whose head has no num-cpus",
        .fix =
            "Set rayStartParams.num-cpus: \"0\" when a new RayCluster is welcome, or annotate the "
            "RayService with rayservice-webhook/inject: \"now\".",
    },
    {
        .name = "head-runs-replicas",
        .level = LEVEL_WARN,
        .summary = "the head's num-cpus is above 0, so replicas may land on it",
        .why = "A replica on the head is one that a worker lacks: that worker's Pod stays 0/1.",
        .example = "headGroupSpec:\n  rayStartParams: {num-cpus: \"2\"}",
        .fix = "Set num-cpus: \"0\", or leave it out: the webhook adds it.",
        .check = check_head_runs_replicas,
    },
};

const struct rule_family head_family = RULE_FAMILY("head", "The head", rules);
