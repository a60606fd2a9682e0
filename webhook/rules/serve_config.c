/* SPDX-License-Identifier: Apache-2.0 */
/* What KubeRay and Ray say about the text of spec.serveConfigV2. */
#include "rules/serve_config.h"

#include "rules/families.h"

uint64_t serve_config_releases(const struct rule_input *input)
{
    const struct ray_release sources[] = {input->versions.declared, input->versions.image};
    uint64_t releases = 0;

    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        if (!ray_release_known(sources[i]))
            continue;
        if (!ray_release_set(sources[i]))
            return ray_releases(0, 0);
        releases |= ray_release_set(sources[i]);
    }
    return releases ? releases : ray_releases(0, 0);
}

uint64_t serve_config_newest(uint64_t releases)
{
    uint64_t newest = UINT64_C(1) << 63;

    while (newest && !(newest & releases))
        newest >>= 1;
    return newest;
}

const char *serve_config_ray(struct arena *arena, uint64_t releases)
{
    if (releases == ray_releases(0, 0))
        return "Ray";
    return arena_printf(arena, "Ray %s", ray_releases_name(arena, releases));
}

static void check_yaml(const struct rule_input *input, struct findings *findings)
{
    const struct problem *problem = &input->config->problem;

    if (input->config->state != SERVE_INVALID)
        return;
    report(findings, PATH_AT(&input->service->serve_at, problem->line, problem->column), "",
           "KubeRay can not read it: %s", problem->message);
}

/* During an incremental upgrade the operator writes its own target_capacity over the text's. */
static bool is_overwritten(const struct rule_input *input, const struct ray_fault *fault)
{
    const char *strategy = json_string(json_get(input->service->spec, "upgradeStrategy.type"));

    return strategy && strcmp(strategy, "NewClusterWithIncrementalUpgrade") == 0 &&
           fault->at->parent == &input->config->at && fault->at->key &&
           strcmp(fault->at->key, "target_capacity") == 0;
}

static uint64_t union_of(const struct rule_input *input, enum ray_stage last)
{
    uint64_t releases = 0;

    for (size_t stage = 0; stage <= last; stage++)
        for (const struct ray_fault *fault = input->faults->of[stage].first; fault;
             fault = fault->next)
            if (!is_overwritten(input, fault))
                releases |= fault->releases;
    return releases;
}

static void report_stage(const struct rule_input *input, enum ray_stage stage, uint64_t releases,
                         const char *end, struct findings *findings)
{
    for (const struct ray_fault *fault = input->faults->of[stage].first; fault; fault = fault->next)
        if (fault->releases & releases && !is_overwritten(input, fault))
            report(findings, fault->at, fault->fix, "%s %s%s",
                   serve_config_ray(input->arena, fault->releases & releases), fault->message, end);
}

/* Denies only what each release refuses that may run. */
static void check_schema(const struct rule_input *input, struct findings *findings)
{
    uint64_t releases = serve_config_releases(input);

    if (releases & ~union_of(input, RAY_STAGE_APPLY))
        return;
    if (input->config->state == SERVE_EMPTY) {
        report(findings, &input->service->serve_at, "write applications: and at least one of them",
               "it is empty: Ray wants applications, and the service stays Initializing");
        return;
    }
    report_stage(input, RAY_STAGE_SCHEMA, releases, "", findings);
    report_stage(input, RAY_STAGE_START, releases, "", findings);
    report_stage(input, RAY_STAGE_APPLY, releases, "", findings);
}

static void check_deploy(const struct rule_input *input, struct findings *findings)
{
    uint64_t releases = serve_config_releases(input);

    if (!(releases & ~union_of(input, RAY_STAGE_DEPLOY)))
        report_stage(input, RAY_STAGE_DEPLOY, releases, "; the application ends in DEPLOY_FAILED",
                     findings);
}

/* Where not every release that may run refuses it, the newest one's word is a warning. */
static void check_risk(const struct rule_input *input, struct findings *findings)
{
    uint64_t releases = serve_config_releases(input), newest = serve_config_newest(releases);
    bool refused = !(releases & ~union_of(input, RAY_STAGE_APPLY));
    bool fails = !(releases & ~union_of(input, RAY_STAGE_DEPLOY));

    for (size_t stage = 0; stage <= RAY_STAGE_DEPLOY; stage++) {
        bool denied = stage == RAY_STAGE_DEPLOY ? fails : refused;
        const struct ray_fault *fault = input->faults->of[stage].first;

        for (; fault && !denied; fault = fault->next)
            if (fault->releases & newest && !is_overwritten(input, fault))
                report(findings, fault->at, fault->fix, "%s %s",
                       serve_config_ray(input->arena, fault->releases & releases), fault->message);
    }
    report_stage(input, RAY_STAGE_RISK, newest, "", findings);
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
    {
        .name = "serve-config-schema",
        .level = LEVEL_DENY,
        .summary = "Ray of this version refuses the config",
        .why = "The operator sends the config to Ray's dashboard, which answers 400 or 500. The "
               "operator retries for ever, and the RayService never gets ready. Without a "
               "rayVersion and a Ray image tag, only what all releases refuse is denied.",
        .example = "serveConfigV2: |\n  applications:\n  - name: a\n    import_path: m:app\n"
                   "    deployments:\n    - name: d\n      num_replicas: 0",
        .fix = "Write what the message says Ray wants at that field.",
        .check = check_schema,
    },
    {
        .name = "serve-config-deploy",
        .level = LEVEL_DENY,
        .summary = "Ray takes the config, and the application can not be deployed with it",
        .why = "Some fields are looked at only after the config was taken. Then the application "
               "ends in DEPLOY_FAILED, whatever its code says, and the RayService never gets "
               "ready.",
        .example = "serveConfigV2: |\n  applications:\n  - name: a\n    import_path: m:app\n"
                   "    deployments:\n    - name: d\n      max_replicas_per_node: 101",
        .fix = "Write what the message says Ray wants at that field.",
        .check = check_deploy,
    },
    {
        .name = "serve-config-deploy-risk",
        .level = LEVEL_WARN,
        .summary = "The application may fail with this config",
        .why = "Whether it does depends on what the application's code sets, or on which of the "
               "releases runs that may: rayVersion and the image disagree, or say nothing.",
        .example = "serveConfigV2: |\n  applications:\n  - name: a\n    import_path: m:app\n"
                   "    deployments:\n    - name: d\n      placement_group_strategy: PACK",
        .fix = "Write what the message says into the config, so that the code does not matter.",
        .check = check_risk,
    },
    {
        .name = "serve-config-ignored-key",
        .level = LEVEL_WARN,
        .summary = "Ray ignores a key",
        .why = "A key that Ray does not know at its place does nothing, without a word: a typing "
               "error, a wrong level, or a field that the Ray version does not have.",
        .example = "serveConfigV2: |\n  applications:\n  - name: a\n    import_path: m:app\n"
                   "    deployments:\n    - name: d\n      numReplicas: 3",
        .fix = "Mend the name, move it to the level the message names, or remove it.",
        .check = serve_config_check_ignored,
    },
    {
        .name = "serve-config-surprise",
        .level = LEVEL_WARN,
        .summary = "YAML reads something otherwise than it looks",
        .why = "Of two equal keys the last one counts, of two documents the first; 010 is 8, a "
               "key y is \"true\", and a name 1.10 is 1.1. None of it is an error to anybody.",
        .example = "serveConfigV2: |\n  applications:\n  - name: a\n    import_path: m:app\n"
                   "    deployments:\n    - name: d\n      max_ongoing_requests: 010",
        .fix = "Put text in quotes, write numbers without leading zeros, keep each key once.",
        .check = serve_config_check_surprise,
    },
    {
        .name = "serve-config-deprecated",
        .level = LEVEL_WARN,
        .summary = "Ray still reads a key that it is going to drop",
        .why = "After an update of Ray the key is ignored in silence, and what it said is lost.",
        .example = "serveConfigV2: |\n  applications:\n  - name: a\n    import_path: m:app\n"
                   "    deployments:\n    - name: d\n      autoscaling_config:\n"
                   "        smoothing_factor: 0.5",
        .fix = "Write the key that took its place.",
        .check = serve_config_check_deprecated,
    },
};

const struct rule_family serve_config_family = RULE_FAMILY("serve-config", "serveConfigV2", rules);
