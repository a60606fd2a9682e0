/* SPDX-License-Identifier: Apache-2.0 */
#include "admission/injection.h"

#include "admission/points.h"
#include "ray/cluster_change.h"
#include "rules/rule.h"

struct planner {
    const struct injection_input *in;
    struct named_list stored_groups; /* of the stored object, by name */
    bool now;                        /* a second RayCluster is welcome, or starts anyway */
    struct injection *plan;
    struct bytes *stored_text; /* oldObject's JSON, once it was looked for */
};

static void add_step(const struct planner *planner, struct injection_step step)
{
    struct injection_step *kept = arena_alloc(planner->in->arena, sizeof *kept);

    if (!kept || !step.at)
        return;
    *kept = step;
    if (planner->plan->last)
        *planner->plan->last = kept;
    else
        planner->plan->first = kept;
    planner->plan->last = &kept->next;
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
    /* Marked in the other shape: the user moved the resources, so the cluster changes anyway. */
    step->action = add_or_skip(planner, previous && !*marks->head);
    return planner->in->policy->inject_head_num_cpus && head_can_be_spared(planner->in->service);
}

static void plan_head(const struct planner *planner)
{
    const struct ray_group *head = &planner->in->service->head;
    const struct head_shape *shape = head_shape_of(head);
    struct arena *arena = planner->in->arena;
    struct injection_step step = {.group = head, .label = shape->label};

    if (!head->json || ray_cpu_count(head) || !choose_for_head(planner, shape, &step))
        return;
    step.at = path_keep(arena, path_child_key(&head->at, shape->parent));
    if (step.at && json_kind(json_member(head->json, shape->parent)) == JSON_OBJECT)
        step.at = path_keep(arena, path_child_key(step.at, shape->key));
    else
        step.value = bytes_of(arena_printf(arena, "{\"%s\":%.*s}", shape->key, (int)step.value.size,
                                           step.value.data));
    add_step(planner, step);
}

static bool same_ports(const struct ray_group *a, const struct ray_group *b)
{
    struct probe_ports left = probe_ports_of(a), right = probe_ports_of(b);

    return left.agent == right.agent && left.serve == right.serve;
}

static bool choose_for_worker(const struct planner *planner, const struct ray_group *group,
                              struct injection_step *step)
{
    const struct named *found = named_find(&planner->stored_groups, group->name);
    const struct ray_group *older = found ? found->value : NULL;
    bool ours =
        older && worker_probe(older) && marks_have_group(&planner->plan->stored_marks, group->name);

    if (ours && same_ports(older, group)) {
        step->action = INJECTION_RESTORE;
        step->value = stored(planner, PATH_KEY(&older->container_at, "readinessProbe"));
        return true;
    }
    step->action = add_or_skip(planner, older && !ours);
    step->value = probe_json(planner->in->arena, probe_ports_of(group));
    return planner->in->policy->inject_worker_probe &&
           serve_has_worker_proxies(planner->in->config);
}

static void plan_worker(const struct planner *planner, const struct ray_group *group)
{
    struct arena *arena = planner->in->arena;
    struct injection_step step = {.group = group};

    if (json_kind(group->container) != JSON_OBJECT || worker_probe(group) ||
        !choose_for_worker(planner, group, &step))
        return;
    step.at = path_keep(arena, path_child_key(&group->container_at, "readinessProbe"));
    step.label = arena_printf(arena, "proxy probe in %s", group->name);
    add_step(planner, step);
}

static bool has_annotation(const struct ray_service *service, const char *value)
{
    const char *inject = ray_service_annotation(service, INJECT_ANNOTATION);

    return inject && strcmp(inject, value) == 0;
}

/* Does the user's own change start a second RayCluster, whatever is injected? */
static bool rolls_anyway(const struct injection_input *input)
{
    struct cluster_question question = {.operator_version = input->policy->kuberay,
                                        .injection_is_restored = true};

    return input->previous &&
           cluster_compare(input->arena, input->previous, input->service, question).change ==
               CLUSTER_ROLLS;
}

struct injection injection_plan(const struct injection_input *input)
{
    const struct ray_service *service = input->service;
    struct bytes stored_text = {0};
    struct injection plan = {.stored_marks = marks_read(input->arena, input->previous)};
    const struct planner planner = {
        .in = input,
        .stored_groups = ray_groups_by_name(input->arena, input->previous),
        .now = has_annotation(service, "now") || rolls_anyway(input),
        .plan = &plan,
        .stored_text = &stored_text,
    };

    if (has_annotation(service, "off"))
        return plan;
    plan_head(&planner);
    for (size_t i = 0; i < service->group_count; i++)
        plan_worker(&planner, &service->groups[i]);
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
    for (const struct injection_step *step = plan->first; step; step = step->next) {
        if (step->action != INJECTION_SKIP)
            patch_add(patch, step->at, step->value, step->label);
        else if (findings)
            report_skipped(step, findings);
    }
}

void injection_check(const struct injection *plan, struct findings *findings)
{
    rule_begin("injection-lost", findings);
    for (const struct injection_step *step = plan->first; step; step = step->next) {
        findings->level = step->action == INJECTION_RESTORE ? LEVEL_DENY : LEVEL_WARN;
        if (step->action == INJECTION_RESTORE)
            report(findings, step->at, "apply again when the mutating webhook answers",
                   "%.80s was injected and is gone: KubeRay would start a second RayCluster",
                   step->label);
        else if (step->action == INJECTION_ADD)
            report(findings, step->at, "check that the mutating webhook is registered",
                   "%.80s is missing: the mutating webhook was skipped or is down", step->label);
    }
}
