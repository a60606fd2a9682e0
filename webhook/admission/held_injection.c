/* SPDX-License-Identifier: Apache-2.0 */
/* What would be injected where a policy only looks on. */
#include "admission/injection.h"
#include "admission/points.h"

const char *injection_held_labels(struct arena *arena, const struct injection *plan)
{
    struct text labels = text_new(arena);

    for (const struct injection_step *step = plan->held.first; step; step = step->next)
        if (step->action == INJECTION_ADD)
            text_printf(&labels, "%s%s", labels.size ? ", " : "", step->label);
    return text_string(&labels);
}

/* Both parents are maps of texts. */
static const struct json *with_count(struct arena *arena, const struct json *parent,
                                     const char *key)
{
    static const struct json_limits limits = {.depth = 2, .values = 100000};
    struct text text = text_new(arena);
    struct problem problem;
    const struct json *read = NULL;

    text_printf(&text, "{\"%s\":\"0\"", key);
    for (const struct json *each = json_first(parent); each; each = json_next(each)) {
        if (!json_string(each))
            continue;
        text_putc(&text, ',');
        text_json_key(&text, json_key(each));
        text_json(&text, json_string(each));
    }
    text_putc(&text, '}');
    return json_parse(arena, text_bytes(&text), &limits, &read, &problem) == JSON_OK ? read : NULL;
}

static bool is_added_to_head(const struct injection_step *step)
{
    return step->group->head && step->action == INJECTION_ADD;
}

const struct ray_service *injection_assumed(struct arena *arena, const struct injection *plan,
                                            const struct ray_service *service)
{
    const struct injection_step *step = plan->held.first; /* the head's is the first */
    const struct head_shape *shape = head_shape_of(&service->head);
    struct ray_service *assumed;

    if (!step || !is_added_to_head(step))
        return service;
    assumed = arena_alloc(arena, sizeof *assumed);
    if (!assumed)
        return service;
    *assumed = *service;
    if (json_first(service->head.resources))
        assumed->head.resources = with_count(arena, service->head.resources, shape->key);
    else
        assumed->head.start_params = with_count(arena, service->head.start_params, shape->key);
    return assumed;
}
