/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the annotation: what of the object, as it will be stored, is there from us. */
#include "admission/injection.h"
#include "admission/points.h"

struct marker {
    const struct injection_input *in;
    const struct injection *plan;
    const struct injection_step *next; /* steps come in the order of the points */
    struct marks marks;                /* as the object carries them */
    const struct ray_group **stored;   /* of each group, or NULL */
};

/* Was the point filled by this plan? Asked once for each point, in order. */
static bool is_filled(struct marker *marker, const struct ray_group *group)
{
    bool filled = false;

    for (; marker->next && marker->next->group == group; marker->next = marker->next->next)
        filled = filled || (marker->next->action != INJECTION_SKIP &&
                            marker->next->action != INJECTION_REMOVE);
    return filled;
}

static bool marks_are_unreadable(const struct marker *marker)
{
    return marker->marks.unreadable || marker->plan->stored_marks.unreadable;
}

/*
 * Marked, and still what was stored or what we would write: one the user wrote over is his own.
 * Where the marks can not be read, what we would write counts as ours.
 */
static bool head_is_ours(const struct marker *marker, const struct head_shape *shape)
{
    const struct ray_service *service = marker->in->service, *previous = marker->in->previous;
    const struct json *count = ray_cpu_count(&service->head);
    const char *text = json_string(count);
    bool standard = text && strcmp(text, "0") == 0;

    if (!count)
        return false;
    if (!marks_have_head(&marker->marks, shape->mark) &&
        !marks_have_head(&marker->plan->stored_marks, shape->mark))
        return standard && marks_are_unreadable(marker);
    return standard || (previous && json_scalar_equal(count, ray_cpu_count(&previous->head)));
}

static bool worker_is_ours(const struct marker *marker, size_t index)
{
    const struct ray_group *group = &marker->in->service->groups[index];
    const struct ray_group *stored = marker->stored ? marker->stored[index] : NULL;
    const struct json *probe = worker_probe(group);

    if (!probe)
        return false;
    if (!marks_have_group(&marker->marks, group->name) &&
        !marks_have_group(&marker->plan->stored_marks, group->name))
        return marks_are_unreadable(marker) && probe_is_standard(marker->in->arena, group);
    return (stored && json_equal_in_meaning(probe, worker_probe(stored))) ||
           probe_is_standard(marker->in->arena, group);
}

static void write_head(struct text *out, struct marker *marker)
{
    const struct ray_group *head = &marker->in->service->head;
    const struct head_shape *shape = head_shape_of(head);

    if (!is_filled(marker, head) && !head_is_ours(marker, shape))
        return;
    text_json_key(out, "head");
    text_json(out, shape->mark);
}

/* A mark is a name: where several groups share one, the first of them speaks for all. */
static void join_names(struct arena *arena, const struct ray_service *service, bool *ours)
{
    struct named_list groups = ray_groups_by_name(arena, service);
    const struct ray_group *first = NULL;

    for (size_t i = 0; i < groups.count; i++) {
        const struct ray_group *group = groups.items[i].value;
        size_t index = (size_t)(group - service->groups);

        if (!first || strcmp(first->name, group->name) != 0) {
            first = group;
            continue;
        }
        ours[first - service->groups] = ours[first - service->groups] || ours[index];
        ours[index] = false;
    }
}

static void write_groups(struct text *out, struct marker *marker)
{
    const struct ray_service *service = marker->in->service;
    struct arena *arena = marker->in->arena;
    bool *ours =
        service->group_count ? arena_array(arena, service->group_count, sizeof *ours) : NULL;
    struct text groups = text_new(arena);

    if (!ours)
        return;
    for (size_t i = 0; i < service->group_count; i++)
        ours[i] = is_filled(marker, &service->groups[i]) || worker_is_ours(marker, i);
    join_names(arena, service, ours);
    for (size_t i = 0; i < service->group_count; i++) {
        if (!ours[i])
            continue;
        text_putc(&groups, groups.size ? ',' : '[');
        text_json(&groups, service->groups[i].name);
    }
    if (!groups.size)
        return;
    if (out->size > 1)
        text_putc(out, ',');
    text_json_key(out, "groups");
    text_put(out, text_bytes(&groups));
    text_putc(out, ']');
}

static const char *annotation_text(struct marker *marker)
{
    struct text out = text_new(marker->in->arena);

    text_putc(&out, '{');
    write_head(&out, marker);
    write_groups(&out, marker);
    text_putc(&out, '}');
    return text_string(&out);
}

static void patch_annotation(const struct injection_input *input, const char *value,
                             struct patch *patch)
{
    const struct path *at = PATH_KEY(&input->service->metadata_at, "annotations");
    struct text json = text_new(input->arena);

    if (input->service->annotations) {
        text_json(&json, value);
        patch_add(patch, PATH_KEY(at, MARKS_ANNOTATION), text_bytes(&json), "");
        return;
    }
    text_puts(&json, "{\"" MARKS_ANNOTATION "\":");
    text_json(&json, value);
    text_putc(&json, '}');
    patch_add(patch, at, text_bytes(&json), "");
}

void injection_mark(const struct injection_input *input, const struct injection *plan,
                    struct patch *patch)
{
    const char *old = ray_service_annotation(input->service, MARKS_ANNOTATION);
    struct marker marker = {
        .in = input,
        .plan = plan,
        .next = plan->steps.first,
        .marks = marks_read(input->arena, input->service),
        .stored = ray_groups_paired(input->arena, input->service, input->previous),
    };
    const char *value = annotation_text(&marker);

    if (strcmp(value, old ? old : "{}") != 0)
        patch_annotation(input, value, patch);
}
