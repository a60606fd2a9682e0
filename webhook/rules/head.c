/* SPDX-License-Identifier: Apache-2.0 */
/* Whether Serve replicas may land on the head. */
#include "ray/start.h"
#include "rules/families.h"

static void check_head_runs_replicas(const struct rule_input *input, struct findings *findings)
{
    const struct ray_group *head = &input->service->head;
    const struct json *count = ray_cpu_count(head);
    struct ray_node node = ray_node_of(input->arena, input->service, head);
    const char *parent = "rayStartParams";

    if (!count || node.cpu == 0 || node.cpu == RAY_UNLIMITED)
        return;
    if (count != json_member(head->start_params, "num-cpus"))
        parent = "resources";
    report(findings, PATH_KEY(PATH_KEY(&head->at, parent), json_key(count)),
           arena_printf(input->arena, "set %.20s: \"0\", or leave it out", json_key(count)),
           "the head offers CPU: %lld, so replicas may land on it and not on a worker",
           (long long)(node.cpu / RAY_ONE));
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
        .summary = "the head's CPUs are above 0 by your own words, so replicas may land on it",
        .why = "A replica on the head is one that a worker lacks: that worker's Pod stays 0/1.",
        .example = "headGroupSpec:\n  rayStartParams: {num-cpus: \"2\"}",
        .fix = "Set num-cpus: \"0\", or leave it out: the webhook adds it.",
        .check = check_head_runs_replicas,
    },
};

const struct rule_family head_family = RULE_FAMILY("head", "The head", rules);
