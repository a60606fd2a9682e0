/* SPDX-License-Identifier: Apache-2.0 */
#include "admission/review.h"

/* Who set which field when, and the manifest once more: often half of a request. */
static const struct json_unread unread_annotations[] = {
    {"kubectl.kubernetes.io/last-applied-configuration", NULL}, {NULL, NULL}};
static const struct json_unread unread_metadata[] = {
    {"managedFields", NULL}, {"annotations", unread_annotations}, {NULL, NULL}};
static const struct json_unread unread_object[] = {{"metadata", unread_metadata}, {NULL, NULL}};
static const struct json_unread unread_request[] = {
    {"object", unread_object}, {"oldObject", unread_object}, {NULL, NULL}};
static const struct json_unread unread[] = {{"request", unread_request}, {NULL, NULL}};

/*
 * 100 levels: what Kubernetes' own objects need is below 40. 400,000 values: a 3 MiB object, the
 * most the API server takes, has about 130,000; cJSON's tree of ours then stays below 26 MB.
 */
static const struct json_limits limits = {.depth = 100, .values = 400000, .unread = unread};

static const char *text_of(const struct json *value)
{
    const char *string = json_string(value);

    return string ? string : "";
}

static const struct json *object_of(const struct json *value)
{
    return json_kind(value) == JSON_OBJECT ? value : NULL;
}

static enum json_status refuse(struct problem *problem, const char *why)
{
    problem_set(problem, 0, 0, "%s", why);
    return JSON_INVALID;
}

static void read_request(const struct json *request, struct review *ret)
{
    ret->uid = text_of(json_member(request, "uid"));
    ret->operation = text_of(json_member(request, "operation"));
    ret->namespace = text_of(json_member(request, "namespace"));
    ret->name = text_of(json_member(request, "name"));
    ret->user = text_of(json_get(request, "userInfo.username"));
    ret->group = text_of(json_get(request, "kind.group"));
    ret->kind = text_of(json_get(request, "kind.kind"));
    ret->dry_run = json_true(json_member(request, "dryRun"));
    ret->object = object_of(json_member(request, "object"));
    ret->old_object = object_of(json_member(request, "oldObject"));
}

enum json_status review_read(struct arena *arena, struct bytes text, struct review *ret,
                             struct problem *problem)
{
    const struct json *root, *request;
    enum json_status status = json_parse(arena, text, &limits, &root, problem);

    *ret = (struct review){.text = text};
    read_request(NULL, ret);
    if (status)
        return status;
    if (strcmp(text_of(json_member(root, "kind")), "AdmissionReview") != 0)
        return refuse(problem, "not an AdmissionReview: its kind is another");
    if (strcmp(text_of(json_member(root, "apiVersion")), "admission.k8s.io/v1") != 0)
        return refuse(problem, "apiVersion is not admission.k8s.io/v1");
    request = object_of(json_member(root, "request"));
    if (!request)
        return refuse(problem, "the AdmissionReview has no request");
    read_request(request, ret);
    if (!*ret->uid)
        return refuse(problem, "the request has no uid");
    return JSON_OK;
}
