/* SPDX-License-Identifier: Apache-2.0 */
#include "admission/marks.h"

/* One name a worker group: annotations are at most 256 KiB in all. */
static const struct json_limits limits = {.depth = 4, .values = 50000};

static struct named_list read_groups(struct arena *arena, const struct json *list)
{
    struct named_list groups = named_list_new(arena, json_count(list));

    for (const struct json *each = json_first(list); each; each = json_next(each))
        if (json_string(each))
            named_add(&groups, json_string(each), each);
    named_sort(&groups);
    return groups;
}

struct marks marks_read(struct arena *arena, const struct ray_service *service)
{
    const char *text = service ? ray_service_annotation(service, MARKS_ANNOTATION) : NULL;
    const struct json *json = NULL;
    struct problem problem;
    const char *head;

    if (!text || json_parse(arena, bytes_of(text), &limits, &json, &problem) != JSON_OK ||
        json_kind(json) != JSON_OBJECT)
        return (struct marks){.head = "", .unreadable = text};
    head = json_string(json_member(json, "head"));
    return (struct marks){
        .head = head ? head : "",
        .groups = read_groups(arena, json_member(json, "groups")),
    };
}

bool marks_have_head(const struct marks *marks, const char *key)
{
    return *key && strcmp(marks->head, key) == 0;
}

bool marks_have_group(const struct marks *marks, const char *name)
{
    return named_find(&marks->groups, name);
}
