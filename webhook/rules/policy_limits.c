/* SPDX-License-Identifier: Apache-2.0 */
/* What a policy limits: how much, and which Ray. */
#include "core/quantity.h"
#include "ray/start_resources.h"
#include "ray/version_range.h"
#include "rules/capacity_text.h"
#include "rules/families.h"
#include "rules/policy_sources.h"

/* A larger excess than the stored object's is not its old fault. */
static void note_amount(struct finding *finding, int64_t amount)
{
    if (finding)
        finding->amount = amount;
}

static const struct limit_most *limit_of(const struct rule_input *input, enum limit_number number)
{
    static const struct limit_most none = {0};

    return input->limits ? &input->limits->numbers[number] : &none;
}

static int64_t pods_of(const struct rule_input *input, const struct ray_group *group)
{
    return amount_most(ray_group_pods(input->service, group).max, 0);
}

static void check_workers(const struct rule_input *input, struct findings *findings)
{
    const struct limit_most *limit = limit_of(input, LIMIT_WORKERS);
    const struct ray_service *service = input->service;
    int64_t workers = 0;

    for (size_t i = 0; i < service->group_count; i++)
        workers = amount_add(workers, pods_of(input, &service->groups[i]));
    if (limit->set && workers > limit->most)
        note_amount(report(findings, &service->groups_at,
                           service->autoscaling ? "lower maxReplicas" : "lower replicas",
                           "up to %s, this policy allows %lld",
                           count_text(input->arena, workers, "worker", "workers"),
                           (long long)limit->most),
                    workers);
}

/* GPUs of one Pod; the scheduler takes the limit of an extended resource for its request. */
static int64_t pod_gpus(struct arena *arena, const struct ray_group *group)
{
    int64_t sum = 0;

    for (const struct json *each = json_first(group->containers); each; each = json_next(each)) {
        const struct json *list = json_get(each, "resources.limits");

        if (!list)
            list = json_get(each, "resources.requests");
        for (const struct json *item = json_first(list); item; item = json_next(item)) {
            int64_t amount;

            if (is_gpu_key(json_key(item)) && quantity_ceil(quantity_text(arena, item), &amount) &&
                amount > 0)
                sum = amount_add(sum, amount);
        }
    }
    return sum;
}

static void check_gpus(const struct rule_input *input, struct findings *findings)
{
    const struct limit_most *limit = limit_of(input, LIMIT_GPUS);
    const struct ray_service *service = input->service;
    int64_t gpus;

    if (!limit->set)
        return;
    gpus = amount_times(pods_of(input, &service->head), pod_gpus(input->arena, &service->head));
    for (size_t i = 0; i < service->group_count; i++)
        gpus = amount_add(gpus, amount_times(pods_of(input, &service->groups[i]),
                                             pod_gpus(input->arena, &service->groups[i])));
    if (gpus > limit->most)
        note_amount(report(findings, &service->cluster_at, "lower the workers or their GPUs",
                           "up to %s, this policy allows %lld",
                           count_text(input->arena, gpus, "GPU", "GPUs"), (long long)limit->most),
                    gpus);
}

static void report_replicas(const struct rule_input *input, struct findings *findings,
                            const struct placement_deployment *placed, int64_t most)
{
    const struct serve_deployment *deployment = placed->deployment;
    const struct yaml_value *value = deployment->value;
    const struct yaml_value *scaling = yaml_member(value, "autoscaling_config");
    struct path at = serve_member_path(&deployment->at, value, "num_replicas");
    struct path scaling_at = serve_member_path(&deployment->at, value, "autoscaling_config");
    const char *fix = "lower num_replicas";

    if (deployment->replicas == SERVE_REPLICAS_AUTO && yaml_member(scaling, "max_replicas")) {
        at = serve_member_path(&scaling_at, scaling, "max_replicas");
        fix = "lower max_replicas";
    } else if (deployment->replicas == SERVE_REPLICAS_AUTO) {
        fix = "set autoscaling_config.max_replicas";
    }
    note_amount(report(findings, &at, fix,
                       "up to %s of %.60s, this policy allows %lld a deployment",
                       count_text(input->arena, placed->wanted_max, "replica", "replicas"),
                       deployment->name, (long long)most),
                placed->wanted_max);
}

static void check_replicas(const struct rule_input *input, struct findings *findings)
{
    const struct limit_most *limit = limit_of(input, LIMIT_REPLICAS);

    for (size_t i = 0; limit->set && i < input->placement->deployment_count; i++)
        if (input->placement->deployments[i].wanted_max > limit->most)
            report_replicas(input, findings, &input->placement->deployments[i], limit->most);
}

static void check_limits(const struct rule_input *input, struct findings *findings)
{
    check_workers(input, findings);
    check_gpus(input, findings);
    check_replicas(input, findings);
}

static bool is_allowed(const struct limit_texts *ranges, struct ray_release release)
{
    for (size_t i = 0; i < ranges->count; i++)
        if (version_range_has(ranges->items[i], release))
            return true;
    return false;
}

static void judge_version(const struct rule_input *input, struct findings *findings,
                          const struct path *at, struct ray_release release)
{
    const struct limit_texts *ranges = &input->limits->lists[LIMIT_RAY_VERSIONS];
    struct finding *finding;
    const char *text;

    if (!ray_release_known(release) || is_allowed(ranges, release))
        return;
    text = arena_printf(input->arena, "%d.%d.%d", release.major, release.minor, release.patch);
    finding = report(findings, at, "use a Ray of that range", "Ray %s, this policy allows %.80s",
                     text, limit_list_text(input->arena, ranges));
    if (finding)
        finding->value = text;
}

/* What can not be read would be a way around the limit. */
static void check_ray_version(const struct rule_input *input, struct findings *findings)
{
    const struct ray_service *service = input->service;
    const struct ray_versions *versions = &input->versions;
    const struct path *at = PATH_KEY(&service->cluster_at, "rayVersion");

    if (!input->limits || !input->limits->lists[LIMIT_RAY_VERSIONS].count)
        return;
    judge_version(input, findings, at, versions->declared);
    if (ray_release_compare(versions->image, versions->declared) != 0)
        judge_version(input, findings, PATH_KEY(&service->head.container_at, "image"),
                      versions->image);
    if (!ray_release_known(versions->declared) && !ray_release_known(versions->image))
        report(findings, at, "set rayVersion to the release that the image has",
               "nothing here says which Ray runs, and this policy allows %.80s",
               limit_list_text(input->arena, &input->limits->lists[LIMIT_RAY_VERSIONS]));
}

static const struct rule rules[] = {
    {
        .name = "limit-exceeded",
        .level = LEVEL_DENY,
        .summary = "more workers, replicas or GPUs than the policy allows",
        .why = "Whoever runs the cluster has set a limit (policy: limits.workers, "
               "replicasPerDeployment, gpus). It counts the most there can ever be: with "
               "autoscaling, maxReplicas and max_replicas.",
        .example = "policy:\n  limits: {workers: 10}\nworkerGroupSpecs:\n- replicas: 12",
        .fix = "Ask for less, or ask whoever runs the cluster for more.",
        .check = check_limits,
    },
    {
        .name = "ray-version-not-allowed",
        .level = LEVEL_DENY,
        .summary = "a Ray release that the policy leaves out",
        .why = "Whoever runs the cluster allows certain releases only (policy: "
               "limits.rayVersions), for instance because older ones have a known hole. Both "
               "rayVersion and the tag of the head's image count; if neither says a release, "
               "nobody can know and it is refused.",
        .example = "policy:\n  limits: {rayVersions: [\">=2.40\"]}\nrayVersion: 2.35.0",
        .fix = "Use a release of the range.",
        .check = check_ray_version,
    },
    {
        .name = "image-not-allowed",
        .level = LEVEL_DENY,
        .summary = "an image from where the policy takes none",
        .why = "Whoever runs the cluster allows images of certain registries only (policy: "
               "limits.imagePrefixes). All containers count, the autoscaler's too, and the images "
               "that a runtime_env asks for. A prefix ends where a part of the name does: "
               "`rayproject/ray` takes `rayproject/ray:2.52.0` and not `rayproject/ray-ml`.",
        .example = "policy:\n  limits: {imagePrefixes: [rayproject/]}\nimage: elsewhere/ray:2.52.0",
        .fix = "Use an image of that registry.",
        .check = check_images,
    },
    {
        .name = "working-dir-not-allowed",
        .level = LEVEL_DENY,
        .summary = "code from where the policy takes none",
        .why =
            "Whoever runs the cluster allows code of certain places only (policy: "
            "limits.workingDirPrefixes). working_dir and py_modules count, of applications and of "
            "deployments.",
        .example = "policy:\n  limits: {workingDirPrefixes: [\"s3://code\"]}\n"
                   "runtime_env:\n  working_dir: https://example.com/code.zip",
        .fix = "Take the code from there.",
        .check = check_working_dirs,
    },
};

const struct rule_family policy_family = RULE_FAMILY("policy", "What a policy limits", rules);
