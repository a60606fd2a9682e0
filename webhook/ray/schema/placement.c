/* SPDX-License-Identifier: Apache-2.0 */
/* Placement groups of replicas: all of it is looked at when the application deploys. */
#include "ray/schema/table.h"

#include <stdlib.h>

static const char *const strategies[] = {"PACK", "SPREAD", "STRICT_PACK", "STRICT_SPREAD", NULL};
static const struct ray_shape strategy_shape = {.kind = RAY_CHOICE, .choices = strategies};

static void fail(struct ray_frame *frame, enum ray_stage stage, uint64_t releases,
                 const struct path *at, const char *fix, const char *message)
{
    ray_fault(frame->check, stage, releases, at, fix, "%s", message);
}

/* Wrong text fails whatever the code says; without bundles here, only the code's can help. */
static void check_strategy(struct ray_frame *frame, const struct ray_member *bundles)
{
    struct ray_member strategy = ray_frame_member(frame, "placement_group_strategy");
    bool known = false;

    if (!strategy.releases)
        return;
    for (const char *const *name = strategies; *name; name++)
        known |= yaml_is(strategy.value, *name);
    if (strategy.value->kind == YAML_STRING && !strategy.value->text.size) {
        /* Python's `or "PACK"`, from 2.10 on. */
        fail(frame, RAY_STAGE_DEPLOY, strategy.releases & ray_releases(0, 209), &strategy.at,
             "write PACK", "wants a placement group strategy, not empty text");
        known = true;
    }
    if (!known)
        ray_fault(frame->check, RAY_STAGE_DEPLOY, strategy.releases, &strategy.at,
                  ray_advice(frame->check->arena, &strategy_shape, strategy.value),
                  "wants one of PACK, SPREAD, STRICT_PACK, STRICT_SPREAD, not %s",
                  ray_says(frame->check->arena, strategy.value));
    else if (!bundles->value)
        fail(frame, RAY_STAGE_RISK, strategy.releases, &strategy.at, "add placement_group_bundles",
             "wants placement_group_bundles with a strategy, here or in the code");
}

static bool all_zero(struct arena *arena, const struct yaml_value *bundle)
{
    for (const struct yaml_value *item = bundle->first; item; item = item->next)
        if (ray_read_number(arena, item).number != 0)
            return false;
    return true;
}

static void check_empty(struct ray_frame *frame, const struct ray_member *bundles)
{
    size_t index = 0;

    if (!bundles->value->count)
        fail(frame, RAY_STAGE_DEPLOY, bundles->releases, &bundles->at, "write [{CPU: 1}]",
             "wants at least one bundle");
    for (const struct yaml_value *item = bundles->value->first; item; item = item->next) {
        const struct yaml_value *bundle = ray_read_mapping(frame->check->arena, item);
        struct path at = ray_path_to(&bundles->at, item, index++);

        if (bundle && all_zero(frame->check->arena, bundle))
            fail(frame, RAY_STAGE_DEPLOY, bundles->releases & ray_releases(210, 0), &at,
                 "write {CPU: 1}, or leave the bundle out", "wants a bundle with something in it");
    }
}

/* The first bundle, and the actor that has to fit into it. */
struct fit {
    struct ray_frame *frame;
    const struct yaml_value **bundle; /* its members, sorted by key */
    size_t count;
    struct path at;
    uint64_t releases;
    enum ray_stage stage;
};

static int compare_members(const void *left, const void *right)
{
    const struct yaml_value *const *a = left, *const *b = right;

    return strcmp((*a)->key, (*b)->key);
}

/* Sorted, because there may be as many resources in the bundle as the actor asks for. */
static void sort_bundle(struct fit *fit, const struct yaml_value *bundle)
{
    fit->bundle = arena_array(fit->frame->check->arena, bundle->count, sizeof(void *));
    if (!fit->bundle)
        return;
    for (const struct yaml_value *item = bundle->first; item; item = item->next)
        fit->bundle[fit->count++] = item;
    qsort(fit->bundle, fit->count, sizeof *fit->bundle, compare_members);
}

static double quantity(const struct fit *fit, const char *resource)
{
    const struct yaml_value wanted = {.key = resource}, *key = &wanted;
    const struct yaml_value **found =
        fit->count ? bsearch(&key, fit->bundle, fit->count, sizeof(void *), compare_members) : NULL;

    return found ? ray_read_number(fit->frame->check->arena, *found).number : 0;
}

static void check_fit(const struct fit *fit, const char *resource, double wanted)
{
    struct arena *arena = fit->frame->check->arena;
    double there = quantity(fit, resource);

    if (!(there < wanted)) /* NaN fits, as in Python */
        return;
    ray_fault(fit->frame->check, fit->stage, fit->releases, &fit->at,
              arena_printf(arena, "write %s: %.15g in the first bundle", resource, wanted),
              "wants the replica in the first bundle: %s %.15g does not fit into %.15g", resource,
              wanted, there);
}

static void check_gpus(const struct fit *fit, const struct yaml_value *options)
{
    const struct yaml_value *gpus = yaml_member(options, "num_gpus");
    struct path at = fit->at;

    if (!gpus)
        return;
    if (gpus->kind == YAML_NULL) /* Python compares it with a number */
        fail(fit->frame, fit->stage, fit->releases, &at, "remove num_gpus",
             "can not compare num_gpus: null with the first bundle");
    else
        check_fit(fit, "GPU", ray_read_number(fit->frame->check->arena, gpus).number);
}

static void check_first(struct ray_frame *frame, const struct ray_member *bundles)
{
    struct ray_member given = ray_frame_member(frame, "ray_actor_options");
    struct arena *arena = frame->check->arena;
    struct fit fit = {.frame = frame, .releases = bundles->releases, .stage = RAY_STAGE_RISK};
    const struct yaml_value *bundle, *options, *cpus, *resources;

    if (!bundles->value->first)
        return;
    bundle = ray_read_mapping(arena, bundles->value->first);
    fit.at = ray_path_to(&bundles->at, bundles->value->first, 0);
    if (!bundle)
        return;
    sort_bundle(&fit, bundle);
    if (!given.value) {
        check_fit(&fit, "CPU", 1); /* the default, if the code says nothing */
        return;
    }
    fit.stage = RAY_STAGE_DEPLOY;
    fit.releases &= given.releases;
    options = fit.releases ? ray_read_mapping(arena, given.value) : NULL;
    if (!options)
        return;
    cpus = yaml_member(options, "num_cpus");
    check_fit(&fit, "CPU",
              cpus && cpus->kind != YAML_NULL ? ray_read_number(arena, cpus).number : 1);
    check_gpus(&fit, options);
    resources = yaml_member(options, "resources");
    resources = resources ? ray_read_mapping(arena, resources) : NULL;
    for (const struct yaml_value *item = resources ? resources->first : NULL; item;
         item = item->next)
        check_fit(&fit, item->key, ray_read_number(arena, item).number);
}

static bool is_domain(const struct yaml_value *labels)
{
    const struct yaml_value *type = yaml_member(labels, "ray.io/accelerator-type");

    return yaml_is(type, "GB200") || yaml_is(type, "GB300");
}

/* From 2.56, one bundle for a GPU domain means that all are. */
static void check_domain(struct ray_frame *frame, const struct ray_member *selectors)
{
    const struct yaml_value *first = NULL;
    size_t index = 0;

    for (const struct yaml_value *item = selectors->value->first; item && !first; item = item->next)
        first = is_domain(item) ? yaml_member(item, "ray.io/accelerator-type") : NULL;
    if (!first)
        return;
    for (const struct yaml_value *item = selectors->value->first; item; item = item->next) {
        const struct yaml_value *type = yaml_member(item, "ray.io/accelerator-type");
        struct path at = ray_path_to(&selectors->at, item, index++);

        if (!type || !yaml_is(type, arena_copy(frame->check->arena, first->text)))
            fail(frame, RAY_STAGE_DEPLOY, selectors->releases & ray_releases(256, 0), &at,
                 "give every bundle the same ray.io/accelerator-type",
                 "wants one GPU domain type in the labels of every bundle");
    }
}

static void check_selectors(struct ray_frame *frame)
{
    struct ray_member selectors = ray_frame_member(frame, "placement_group_bundle_label_selector");
    size_t index = 0;

    if (!selectors.releases)
        return;
    for (const struct yaml_value *item = selectors.value->first; item; item = item->next) {
        const struct yaml_value *labels = ray_read_mapping(frame->check->arena, item), *member;
        const char *problem =
            labels ? ray_label_problem(frame->check->arena, labels, true, &member) : NULL;
        struct path at = ray_path_to(&selectors.at, item, index++);

        if (problem)
            ray_fault(frame->check, RAY_STAGE_DEPLOY, selectors.releases, &at,
                      "write it like a Kubernetes label", "wants %s", problem);
    }
    check_domain(frame, &selectors);
}

void ray_rule_placement_group(struct ray_frame *frame)
{
    struct ray_member bundles = ray_frame_member(frame, "placement_group_bundles");

    check_strategy(frame, &bundles);
    check_selectors(frame);
    if (!bundles.releases)
        return;
    check_empty(frame, &bundles);
    check_first(frame, &bundles);
}
