/* SPDX-License-Identifier: Apache-2.0 */
/* Keeping what was found. */
#include "ray/schema/table.h"

/* Copies the path from the check's base down: the steps live on the walker's stack. */
static const struct path *keep(const struct ray_check *check, const struct path *at)
{
    struct path copy = *at;

    if (at == check->base)
        return at;
    copy.parent = keep(check, at->parent);
    return copy.parent ? path_keep(check->arena, copy) : NULL;
}

/* NULL if it need not be kept: there are enough, and none is the first of a release. */
static struct ray_fault *new_fault(struct ray_check *check, enum ray_stage stage, uint64_t releases,
                                   const struct path *at)
{
    struct ray_fault_list *list = &check->faults->of[stage];
    bool news = (releases & ~list->releases) != 0;
    struct ray_fault *fault;

    list->count++;
    list->releases |= releases;
    if (list->kept >= RAY_FAULTS_KEPT && !news)
        return NULL;
    fault = arena_alloc(check->arena, sizeof *fault);
    if (!fault)
        return NULL;
    fault->stage = stage;
    fault->releases = releases;
    fault->at = keep(check, at);
    fault->message = fault->fix = "";
    if (!fault->at)
        return NULL;
    *list->last = fault;
    list->last = &fault->next;
    list->kept++;
    return fault;
}

void ray_fault(struct ray_check *check, enum ray_stage stage, uint64_t releases,
               const struct path *at, const char *fix, const char *format, ...)
{
    struct ray_fault *fault = releases ? new_fault(check, stage, releases, at) : NULL;
    va_list args;

    if (!fault)
        return;
    va_start(args, format);
    fault->message = arena_vprintf(check->arena, format, args);
    va_end(args);
    fault->fix = fix;
}

void ray_fault_ignored(const struct ray_frame *frame, const struct yaml_value *value,
                       uint64_t releases, const char *instead)
{
    struct path at = path_child_key(frame->at, value->key);
    struct ray_fault *fault;

    if (value->key_line) {
        at.line = value->key_line;
        at.column = value->key_column;
    }
    fault = new_fault(frame->check, RAY_STAGE_IGNORED, releases, &at);
    if (!fault)
        return;
    fault->object = frame->object;
    fault->outer = frame->up ? frame->up->object : NULL;
    if (instead)
        fault->fix = arena_printf(frame->check->arena, "write %s", instead);
}

uint64_t ray_faults_refused(const struct ray_faults *faults)
{
    return faults->of[RAY_STAGE_SCHEMA].releases | faults->of[RAY_STAGE_START].releases |
           faults->of[RAY_STAGE_APPLY].releases;
}

uint64_t ray_faults_failed(const struct ray_faults *faults)
{
    return ray_faults_refused(faults) | faults->of[RAY_STAGE_DEPLOY].releases;
}

const char *ray_object_name(const struct ray_object *object)
{
    return object->name;
}

void ray_object_fields(const struct ray_object *object, uint64_t releases,
                       void (*see)(void *context, const char *name), void *context)
{
    for (size_t i = 0; i < object->count; i++)
        if (ray_releases(object->fields[i].since, object->fields[i].until) & releases &&
            !(object->fields[i].flags & RAY_MISPLACED))
            see(context, object->fields[i].name);
}

int ray_object_since(const struct ray_object *object, const char *name)
{
    for (size_t i = 0; i < object->count; i++)
        if (strcmp(object->fields[i].name, name) == 0)
            return object->fields[i].since > RAY_OLDEST ? object->fields[i].since : RAY_OLDEST;
    return 0;
}

bool ray_object_open(const struct ray_object *object)
{
    return object->open;
}

const struct ray_object *ray_object_member(const struct ray_object *object, const char *name)
{
    for (size_t i = 0; i < object->count; i++) {
        const struct ray_shape *shape = object->fields[i].shape;

        if (strcmp(object->fields[i].name, name) == 0)
            return shape->kind == RAY_LIST && shape->items ? shape->items->object : shape->object;
    }
    return NULL;
}

/* "2.10", or "2.10 to 2.54". */
static void put_run(struct text *out, int first, int last, bool final)
{
    text_printf(out, "%s%d.%d", !out->size ? "" : final ? " and " : ", ", first / 100, first % 100);
    if (last > first)
        text_printf(out, " to %d.%d", last / 100, last % 100);
}

const char *ray_releases_name(struct arena *arena, uint64_t releases)
{
    struct text out = text_new(arena);

    for (int first = RAY_OLDEST; first <= RAY_NEWEST; first++) {
        int last = first;

        if (!(releases & RAY_RELEASE_BIT(first)))
            continue;
        while (last < RAY_NEWEST && releases & RAY_RELEASE_BIT(last + 1))
            last++;
        put_run(&out, first, last, !(releases & ~ray_releases(0, last)));
        first = last;
    }
    return text_string(&out);
}
