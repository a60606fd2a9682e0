/* SPDX-License-Identifier: Apache-2.0 */
/* What KubeRay and Ray say about the text of spec.serveConfigV2. */
#include "rules/families.h"

static void check_yaml(const struct rule_input *input, struct findings *findings)
{
    const struct problem *problem = &input->config->problem;

    if (input->config->state != SERVE_INVALID)
        return;
    report(findings, PATH_AT(&input->service->serve_at, problem->line, problem->column), "",
           "KubeRay can not read it as YAML: %s", problem->message);
}

static const struct rule rules[] = {
    {
        .name = "serve-config-yaml",
        .level = LEVEL_DENY,
        .summary = "serveConfigV2 is no YAML that KubeRay can turn into JSON",
        .why = "The operator parses the text only when the head Pod is ready. It then retries for "
               "ever: nothing reaches Ray, the service stays Initializing (or keeps its old "
               "applications), and the only trace is an event.",
        .example = "serveConfigV2: |\n  applications:\n  - name: a: b",
        .fix = "Mend the text at the line and column given; quote values that contain `: `.",
        .check = check_yaml,
    },
};

const struct rule_family serve_config_family = RULE_FAMILY("serve-config", "serveConfigV2", rules);
