/* SPDX-License-Identifier: Apache-2.0 */
/* What KubeRay's operator and `ray start` make of the object. */
#include "ray/cluster_change.h"
#include "rules/families.h"
#include "rules/refusals.h"

#include <strings.h>

static void check_duplicate_group(const struct rule_input *input, struct findings *findings)
{
    struct named_list groups = ray_groups_by_name(input->arena, input->service);

    for (size_t i = 1; i < groups.count; i++) {
        const struct ray_group *first = groups.items[i - 1].value, *second = groups.items[i].value;

        if (strcmp(first->name, second->name) == 0)
            report(
                findings, PATH_KEY(&second->at, "groupName"), "give it another name",
                "\"%.60s\" is workerGroupSpecs[%zu] too: the operator would create and delete Pods "
                "without end",
                second->name, first->at.index);
    }
}

/* Declared ports replace KubeRay's defaults, so both names have to be among them. */
static void check_ports(const struct rule_input *input, struct findings *findings)
{
    const struct ray_group *head = &input->service->head;
    const struct json *ports = json_member(head->container, "ports");
    const struct path *at = PATH_KEY(&head->container_at, "ports");

    if (!json_first(ports))
        return;
    if (ray_container_port(head, "dashboard", -1) < 0)
        report(findings, at, "add {name: dashboard, containerPort: 8265}",
               "no port named dashboard: KubeRay would never submit serveConfigV2");
    if (ray_container_port(head, "serve", -1) < 0 &&
        !json_member(input->service->spec, "serveService") && !ray_has_serve_port(head))
        report(findings, at, "add {name: serve, containerPort: 8000}",
               "no port named serve: the service would never become ready");
}

/*
 * Why `ray start --num-cpus=VALUE` fails for certain, or NULL. The line runs in bash and click
 * calls int(): quotes, blanks, signs and underscores may still work, so they are not judged here.
 */
static const char *wrong_integer(const char *value)
{
    static const char plain[] = ".0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    if (!*value || strcasecmp(value, "true") == 0)
        return "no number";
    if (strcasecmp(value, "false") == 0 || value[strspn(value, plain)])
        return NULL;
    return value[strspn(value, "0123456789")] ? "no whole number" : NULL;
}

static void check_start_params(const struct rule_input *input, struct findings *findings,
                               const struct ray_group *group)
{
    static const char *const integers[] = {"num-cpus", "num-gpus"};

    if (!ray_start_is_generated(input->service, group))
        return;
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
        const char *value = ray_start_param(group, integers[i]);
        const char *wrong = value ? wrong_integer(value) : NULL;

        if (wrong)
            report(findings, PATH_KEY(PATH_KEY(&group->at, "rayStartParams"), integers[i]),
                   "write a whole number in quotes",
                   "\"%.40s\" is %s: ray start fails and the Pods of %.60s crash without end",
                   value, wrong, group->name);
    }
}

static void check_ray_start(const struct rule_input *input, struct findings *findings)
{
    check_start_params(input, findings, &input->service->head);
    for (size_t i = 0; i < input->service->group_count; i++)
        check_start_params(input, findings, &input->service->groups[i]);
}

static void check_version_mismatch(const struct rule_input *input, struct findings *findings)
{
    struct ray_release declared = input->versions.declared, image = input->versions.image;

    if (!ray_release_known(declared) || !ray_release_known(image) ||
        ray_release_compare(declared, image) == 0)
        return;
    report(findings, PATH_KEY(&input->service->cluster_at, "rayVersion"),
           arena_printf(input->arena, "set rayVersion: '%d.%d.%d', or change the image",
                        image.major, image.minor, image.patch),
           "rayVersion is %.40s, the head's image is %.40s: KubeRay and Ray will disagree",
           input->service->ray_version, input->versions.image_tag);
}

/* Is there a RayCluster of that kind? Before the first one, a change makes no second. */
static bool has_cluster(const struct ray_service *service, const char *status)
{
    const struct json *all = json_member(service->json, "status");
    const char *name = json_string(json_member(json_member(all, status), "rayClusterName"));

    return name && *name;
}

static bool keeps_its_cluster(const struct ray_service *service)
{
    const char *strategy = json_string(json_get(service->spec, "upgradeStrategy.type"));

    return strategy && strcmp(strategy, "None") == 0;
}

/* The path below rayClusterConfig: in a warning there is no field to read it from. */
static const char *short_field(struct arena *arena, const struct path *at)
{
    static const char prefix[] = "spec.rayClusterConfig.";
    struct text field = text_new(arena);
    const char *text;

    path_field(&field, at);
    text = text_string(&field);
    return strncmp(text, prefix, sizeof prefix - 1) == 0 ? text + sizeof prefix - 1 : text;
}

/* What the change does, in words; it compares with the RayCluster that came last. */
static const char *consequence(const struct rule_input *input, enum cluster_change change)
{
    bool pending = has_cluster(input->previous, "pendingServiceStatus");

    if (change == CLUSTER_ROLLS)
        return pending ? "this drops the pending RayCluster and starts another"
                       : "this starts a second RayCluster";
    return pending ? "this may drop the pending RayCluster, by KubeRay's version"
                   : "this may start a second RayCluster, by KubeRay's version";
}

/* The operator compares with its cluster: under None they may differ already, and nobody sees it.
 */
static void check_end_of_none(const struct rule_input *input, struct findings *findings)
{
    const struct path *at = PATH_KEY(&input->service->spec_at, "upgradeStrategy");

    if (keeps_its_cluster(input->previous) && !keeps_its_cluster(input->service))
        report(findings, PATH_KEY(at, "type"), "",
               "upgradeStrategy was None: what was changed under it may start a second RayCluster "
               "now");
}

static void check_new_cluster(const struct rule_input *input, struct findings *findings)
{
    const struct ray_service *service = input->service, *previous = input->previous;
    struct cluster_difference difference;
    const char *field;

    if (!previous || (!has_cluster(previous, "activeServiceStatus") &&
                      !has_cluster(previous, "pendingServiceStatus")))
        return;
    difference = cluster_compare(input->arena, previous, service,
                                 (struct cluster_question){.operator_version = input->kuberay});
    if (difference.change < CLUSTER_MAY_ROLL || !difference.at) {
        check_end_of_none(input, findings);
        return;
    }
    field = short_field(input->arena, difference.at);
    if (keeps_its_cluster(service))
        report(findings, difference.at, "",
               "upgradeStrategy is None: the running cluster keeps its old %.120s", field);
    else
        report(findings, difference.at, "", "%s: %.120s differs",
               consequence(input, difference.change), field);
}

static const struct rule rules[] = {
    {
        .name = "duplicate-worker-group",
        .level = LEVEL_DENY,
        .summary = "two worker groups with one groupName",
        .why = "The operator counts Pods by groupName: it creates and deletes worker Pods without "
               "end, about 60 a second, and slows every other RayService of the cluster.",
        .example = "workerGroupSpecs:\n- groupName: small\n- groupName: small",
        .fix = "Give each group a name of its own.",
        .check = check_duplicate_group,
    },
    {
        .name = "kuberay-ports",
        .level = LEVEL_DENY,
        .summary = "the head declares ports, but none named dashboard or none named serve",
        .why = "Without `dashboard` the operator finds no URL to send serveConfigV2 to; without "
               "`serve` it can not make the serve Service. Both leave the service Initializing for "
               "good, without an event.",
        .example = "ports:\n- {name: client, containerPort: 10001}",
        .fix = "Add the missing port, or declare none at all: KubeRay then adds all of them.",
        .check = check_ports,
    },
    {
        .name = "kuberay-refuses",
        .level = LEVEL_DENY,
        .summary = "the operator's own validation refuses the object",
        .why =
            "The API server stores it, and then the operator makes nothing of it: a condition or "
            "an "
            "event is all there is, and a RayService that ran is no longer reconciled. While the "
            "operator's version is not known this is a warning, as older ones validate less.",
        .example = "headGroupSpec:\n  resources: {cpu: \"1\"}\n  rayStartParams: {num-cpus: \"0\"}",
        .fix = "As the message says.",
        .check = check_kuberay_refuses,
    },
    {
        .name = "ray-start-invalid",
        .level = LEVEL_DENY,
        .summary = "a rayStartParams value that ray start refuses",
        .why = "The value goes to the command line as it is; ray start fails and the Pod "
               "crash-loops.",
        .example = "rayStartParams: {num-cpus: \"0.5\"}",
        .fix = "Write a whole number in quotes.",
        .check = check_ray_start,
    },
    {
        .name = "new-cluster",
        .level = LEVEL_WARN,
        .summary = "this UPDATE starts a second RayCluster",
        .why =
            "The operator hashes rayClusterConfig. Another hash means a whole second RayCluster, "
            "with its CPUs and GPUs, until the applications run there; where the capacity is "
            "missing the upgrade hangs. While an upgrade is pending, the pending RayCluster is "
            "dropped for another one, also where the change goes back to what the active one "
            "has. With upgradeStrategy None nothing rolls out at all: the stored spec and the "
            "running cluster differ in silence, until the strategy is changed.",
        .example = "an UPDATE that changes a worker's image",
        .fix = "Nothing, if that is what you want. Else take the change back before it rolls out.",
        .check = check_new_cluster,
    },
    {
        .name = "ray-version-mismatch",
        .level = LEVEL_WARN,
        .summary = "rayVersion and the image's tag name different releases",
        .why = "KubeRay picks its probes and checks by rayVersion, while Ray behaves as its image "
               "does.",
        .example = "rayVersion: 2.52.0\nimage: rayproject/ray:2.46.0",
        .fix = "Make them equal.",
        .check = check_version_mismatch,
    },
};

const struct rule_family kuberay_family = RULE_FAMILY("kuberay", "KubeRay and ray start", rules);
