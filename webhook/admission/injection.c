/* SPDX-License-Identifier: Apache-2.0 */
#include "admission/injection.h"

#include "admission/points.h"
#include "ray/cluster_change.h"
#include "rules/rule.h"

struct planner {
    const struct injection_input *in;
    const struct ray_group **stored_groups; /* of each group, or NULL */
    bool now;                               /* a second RayCluster is welcome, or starts anyway */
    struct injection *plan;
    struct bytes *stored_text; /* oldObject's JSON, once it was looked for */
};

static void add_step(const struct planner *planner, struct injection_step step)
{
    struct injection_step *kept = arena_alloc(planner->in->arena, sizeof *kept);
    struct injection_steps *steps = step.held ? &planner->plan->held : &planner->plan->steps;

    if (!kept || !step.at)
        return;
    *kept = step;
    if (steps->last)
        *steps->last = kept;
    else
        steps->first = kept;
    steps->last = &kept->next;
}

/* Bytes of a value of the stored object; looking for that object is a walk over the request. */
static struct bytes stored(const struct planner *planner, const struct path *at)
{
    static const struct path root = {0};

    if (!planner->stored_text->size)
        *planner->stored_text =
            json_raw(planner->in->request, PATH_KEY(PATH_KEY(&root, "request"), "oldObject"));
    return json_raw(*planner->stored_text, at);
}

/* An older object that never had it: its RayCluster runs without, and adding it would roll that. */
static enum injection_action add_or_skip(const struct planner *planner, bool is_older)
{
    return is_older && !planner->now ? INJECTION_SKIP : INJECTION_ADD;
}

static bool wants_head(const struct injection_input *in)
{
    return in->policy->inject_head_num_cpus == POLICY_INJECT && head_can_be_spared(in->service);
}

static bool wants_probes(const struct injection_input *in)
{
    return in->policy->inject_worker_probe == POLICY_INJECT && serve_has_worker_proxies(in->config);
}

/* What goes to the head's point, and why; false: nothing is wanted. */
static bool choose_for_head(const struct planner *planner, const struct head_shape *shape,
                            struct injection_step *step)
{
    const struct ray_service *previous = planner->in->previous;
    const struct marks *marks = &planner->plan->stored_marks;

    if (previous && marks_have_head(marks, shape->mark)) {
        const struct path *parent = PATH_KEY(&previous->head.at, shape->parent);

        step->action = INJECTION_RESTORE;
        step->value = stored(planner, PATH_KEY(parent, shape->key));
        if (step->value.size)
            return true;
    }
    step->value = BYTES("\"0\"");
    /* The user took his own away, or moved the resources: the cluster changes, or is as it was. */
    step->action = add_or_skip(planner, previous && !ray_cpu_count(&previous->head));
    step->held = planner->in->policy->inject_head_num_cpus == POLICY_INJECT_AUDIT;
    return planner->in->policy->inject_head_num_cpus != POLICY_INJECT_NOT &&
           head_can_be_spared(planner->in->service);
}

/*
 * Our num-cpus, kept by a merge patch, and the user's first `resources` beside it: KubeRay ≥ 1.5
 * refuses the two together.
 */
static bool ours_stands_in_the_way(const struct planner *planner)
{
    const struct ray_service *previous = planner->in->previous;
    const struct ray_group *head = &planner->in->service->head;
    const char *value = ray_start_param(head, "num-cpus");

    return value && strcmp(value, "0") == 0 && json_first(head->resources) && previous &&
           !json_first(previous->head.resources) &&
           marks_have_head(&planner->plan->stored_marks, "num-cpus");
}

static void plan_removal(const struct planner *planner)
{
    const struct ray_group *head = &planner->in->service->head;
    const struct path params = path_child_key(&head->at, "rayStartParams");
    struct arena *arena = planner->in->arena;

    add_step(planner, (struct injection_step){
                          .group = head,
                          .action = INJECTION_REMOVE,
                          .at = path_copy(arena, PATH_KEY(&params, "num-cpus")),
                          .label = "head num-cpus moved to resources",
                      });
}

static void plan_head(const struct planner *planner)
{
    const struct ray_group *head = &planner->in->service->head;
    const struct head_shape *shape = head_shape_of(head);
    struct arena *arena = planner->in->arena;
    struct injection_step step = {.group = head, .label = shape->label};
    const struct json *count = ray_cpu_count(head);

    if (ours_stands_in_the_way(planner)) {
        plan_removal(planner);
        if (count == json_member(head->start_params, "num-cpus"))
            count = NULL;
    }
    if (!head->json || count || !choose_for_head(planner, shape, &step))
        return;
    step.at = path_keep(arena, path_child_key(&head->at, shape->parent));
    if (step.at && json_kind(json_member(head->json, shape->parent)) == JSON_OBJECT)
        step.at = path_keep(arena, path_child_key(step.at, shape->key));
    else
        step.value = bytes_of(arena_printf(arena, "{\"%s\":%.*s}", shape->key, (int)step.value.size,
                                           step.value.data));
    add_step(planner, step);
}

static bool is_ours(const struct planner *planner, const struct ray_group *older)
{
    return older && worker_probe(older) &&
           marks_have_group(&planner->plan->stored_marks, older->name);
}

static bool choose_for_worker(const struct planner *planner, const struct ray_group *group,
                              const struct ray_group *older, struct injection_step *step)
{
    bool ours = is_ours(planner, older);

    if (ours && same_probe_ports(older, group)) {
        step->action = INJECTION_RESTORE;
        step->value = stored(planner, PATH_KEY(&older->container_at, "readinessProbe"));
        return true;
    }
    /* As with the head: whoever took his own away gets the cluster he had, or a new one anyway. */
    step->action = add_or_skip(planner, older && !worker_probe(older));
    if (step->action != INJECTION_SKIP)
        step->value = probe_json(planner->in->arena, probe_ports_of(group));
    step->held = planner->in->policy->inject_worker_probe == POLICY_INJECT_AUDIT;
    return planner->in->policy->inject_worker_probe != POLICY_INJECT_NOT &&
           serve_has_worker_proxies(planner->in->config);
}

/* `kubectl edit` of a port leaves our probe as it was, and KubeRay's own would have followed. */
static bool is_outdated(const struct planner *planner, const struct ray_group *group,
                        const struct ray_group *older)
{
    return is_ours(planner, older) && !same_probe_ports(older, group) &&
           json_equal_in_meaning(worker_probe(older), worker_probe(group)) &&
           probe_is_standard(planner->in->arena, older);
}

static void plan_worker(const struct planner *planner, size_t index)
{
    const struct ray_group *group = &planner->in->service->groups[index];
    const struct ray_group *older = planner->stored_groups ? planner->stored_groups[index] : NULL;
    struct arena *arena = planner->in->arena;
    struct injection_step step = {.group = group, .action = INJECTION_FOLLOW};

    if (json_kind(group->container) != JSON_OBJECT)
        return;
    if (!worker_probe(group) ? !choose_for_worker(planner, group, older, &step)
                             : !is_outdated(planner, group, older))
        return;
    if (step.action == INJECTION_FOLLOW)
        step.value = probe_json(arena, probe_ports_of(group));
    step.at = path_keep(arena, path_child_key(&group->container_at, "readinessProbe"));
    step.label = arena_printf(arena, "proxy probe in %s", group->name);
    add_step(planner, step);
}

static bool has_annotation(const struct ray_service *service, const char *value)
{
    const char *inject = ray_service_annotation(service, INJECT_ANNOTATION);

    return inject && strcmp(inject, value) == 0;
}

/* The user's own count is gone, and what is injected in its place is another. */
static bool loses_own_count(const struct planner *planner)
{
    const struct ray_group *head = &planner->in->service->head;
    const struct ray_group *older = &planner->in->previous->head;
    const struct head_shape *shape = head_shape_of(head);
    const struct json *count = ray_cpu_count(older);
    const struct json *same = json_member(json_member(older->json, shape->parent), shape->key);
    const char *text = json_string(count);

    return count && !ray_cpu_count(head) && !*planner->plan->stored_marks.head &&
           (!text || strcmp(text, "0") != 0 || count != same || !wants_head(planner->in));
}

/* The same for the probe of a group. */
static bool loses_own_probe(const struct planner *planner, size_t index)
{
    const struct ray_group *group = &planner->in->service->groups[index];
    const struct ray_group *older = planner->stored_groups[index];

    return older && worker_probe(older) && !worker_probe(group) && !is_ours(planner, older) &&
           (!wants_probes(planner->in) || !same_probe_ports(older, group) ||
            !probe_is_standard(planner->in->arena, older));
}

/* Does the user's own change start a second RayCluster, whatever is injected? */
static bool rolls_anyway(const struct planner *planner)
{
    const struct injection_input *input = planner->in;
    struct cluster_question question = {.operator_version = input->policy->kuberay,
                                        .injection_is_restored = true};

    if (!input->previous)
        return false;
    if (loses_own_count(planner))
        return true;
    for (size_t i = 0; planner->stored_groups && i < input->service->group_count; i++)
        if (loses_own_probe(planner, i))
            return true;
    return cluster_compare(input->arena, input->previous, input->service, question).change ==
           CLUSTER_ROLLS;
}

struct injection injection_plan(const struct injection_input *input)
{
    const struct ray_service *service = input->service;
    struct bytes stored_text = {0};
    struct injection plan = {.stored_marks = marks_read(input->arena, input->previous)};
    struct planner planner = {
        .in = input,
        .stored_groups = ray_groups_paired(input->arena, service, input->previous),
        .plan = &plan,
        .stored_text = &stored_text,
    };

    if (has_annotation(service, "off"))
        return plan;
    planner.now = has_annotation(service, "now") || rolls_anyway(&planner);
    plan_head(&planner);
    for (size_t i = 0; i < service->group_count; i++)
        plan_worker(&planner, i);
    return plan;
}

/* --- what becomes of a plan ------------------------------------------------------------------- */

static void report_skipped(const struct injection_step *step, struct findings *findings)
{
    if (step->group->head) {
        rule_begin("head-not-isolated", findings);
        report(findings, step->at, "annotate it " INJECT_ANNOTATION "=now when that is welcome",
               "the head takes replicas; num-cpus \"0\" now would start a second RayCluster");
    } else {
        rule_begin("probe-not-injected", findings);
        report(findings, step->at, "annotate it " INJECT_ANNOTATION "=now when that is welcome",
               "%.60s: the proxy probe now would start a second RayCluster; KubeRay adds its own",
               step->group->name);
    }
}

void injection_apply(const struct injection *plan, struct patch *patch, struct findings *findings)
{
    for (const struct injection_step *step = plan->steps.first; step; step = step->next) {
        if (step->action == INJECTION_REMOVE)
            patch_remove(patch, step->at, step->label);
        else if (step->action != INJECTION_SKIP)
            patch_add(patch, step->at, step->value, step->label);
        else if (findings)
            report_skipped(step, findings);
    }
}

/* What the API server is about to store lacks the step; NULL: that alone is no harm. */
static const char *harm_of(enum injection_action action)
{
    static const char *const harms[] = {
        [INJECTION_RESTORE] = "was injected and is gone: KubeRay would start a second RayCluster",
        [INJECTION_ADD] = "is missing: the mutating webhook was skipped or is down",
        [INJECTION_FOLLOW] = "asks a moved port: the mutating webhook was skipped or is down",
        [INJECTION_SKIP] = NULL,
        [INJECTION_REMOVE] = NULL, /* kuberay-refuses says it */
    };

    return harms[action];
}

void injection_check(const struct injection *plan, struct findings *findings)
{
    rule_begin("injection-lost", findings);
    for (const struct injection_step *step = plan->steps.first; step; step = step->next) {
        bool lost = step->action == INJECTION_RESTORE;

        findings->level = lost ? LEVEL_DENY : LEVEL_WARN;
        if (harm_of(step->action))
            report(findings, step->at,
                   lost ? "apply again when the mutating webhook answers"
                        : "check that the mutating webhook is registered",
                   "%.80s %s", step->label, harm_of(step->action));
    }
}
