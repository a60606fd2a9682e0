/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/manifest/outcome.h"

#include "cli/manifest/apply.h"

static bool trouble(const struct manifest *manifest, struct problem *problem, const char *sentence)
{
    problem_set(problem, manifest->line, 1, "%.*s", (int)strcspn(sentence, "\n"), sentence);
    return false;
}

/* As the API server would send it. kubectl's namespace is not known here: "default" is the usual.
 */
static struct bytes review(struct arena *arena, const struct outcome *outcome, struct bytes object)
{
    struct text out = text_new(arena);

    text_puts(&out, "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\","
                    "\"request\":{\"uid\":\"check\",\"operation\":\"CREATE\",\"dryRun\":true,"
                    "\"kind\":{\"group\":\"ray.io\",\"version\":\"v1\",\"kind\":\"RayService\"},"
                    "\"resource\":{\"group\":\"ray.io\",\"version\":\"v1\","
                    "\"resource\":\"rayservices\"},\"userInfo\":{\"username\":\"check\"},"
                    "\"namespace\":");
    text_json(&out, outcome->namespace);
    text_puts(&out, ",\"name\":");
    text_json(&out, outcome->name);
    text_puts(&out, ",\"object\":");
    text_put(&out, object);
    text_puts(&out, ",\"oldObject\":null}}");
    return text_bytes(&out);
}

/* besides: what the other stage said already. */
static void add_findings(struct findings *to, const struct findings *from,
                         const struct findings *besides)
{
    for (const struct finding *each = from->first; each; each = each->next) {
        struct finding *copy;

        if (each->level < LEVEL_WARN || (besides && findings_have(besides, each)))
            continue;
        copy = arena_alloc(to->arena, sizeof *copy);
        if (!copy)
            return;
        *copy = *each;
        copy->next = NULL;
        *(to->first ? to->last : &to->first) = copy;
        to->last = &copy->next;
        to->count++;
    }
}

static bool read_names(struct arena *arena, struct outcome *outcome, struct problem *problem)
{
    static const struct json_limits limits = {.depth = 512, .values = 1000000};
    const struct manifest *manifest = outcome->manifest;
    const struct json *object;
    const char *generated;
    struct problem reason;

    problem_set(&reason, 0, 0, "out of memory");
    if (json_parse(arena, manifest->json, &limits, &object, &reason) != JSON_OK)
        return trouble(manifest, problem, reason.message);
    outcome->service = ray_service_read(arena, object);
    if (!outcome->service)
        return trouble(manifest, problem, "out of memory");
    generated = json_string(json_get(object, "metadata.generateName"));
    outcome->namespace = *outcome->service->namespace ? outcome->service->namespace : "default";
    outcome->name = outcome->service->name;
    if (!*outcome->name)
        outcome->name = generated ? arena_printf(arena, "%s*", generated) : "(no name)";
    return true;
}

static bool run_stages(struct arena *arena, const struct policy *policy, struct outcome *outcome,
                       struct problem *problem)
{
    const struct manifest *manifest = outcome->manifest;
    struct bytes object = apply_defaults(arena, manifest->json), answer;

    if (admit(arena, ADMIT_MUTATE, policy, review(arena, outcome, object), &answer,
              &outcome->mutation) != ADMIT_OK)
        return trouble(manifest, problem, outcome->mutation.error);
    if (!apply_patch(arena, object, &outcome->mutation.patch, &object))
        return trouble(manifest, problem, "the patch does not fit the object");
    if (admit(arena, ADMIT_VALIDATE, policy, review(arena, outcome, object), &answer,
              &outcome->validation) != ADMIT_OK)
        return trouble(manifest, problem, outcome->validation.error);
    return true;
}

bool outcome_of(struct arena *arena, const struct policy *policy, const struct manifest *manifest,
                struct outcome *ret, struct problem *problem)
{
    *ret = (struct outcome){.manifest = manifest, .findings = findings_new(arena)};
    if (!read_names(arena, ret, problem) || !run_stages(arena, policy, ret, problem))
        return false;
    ret->patch = &ret->mutation.patch;
    ret->placement = ret->validation.placement;
    ret->allowed = ret->validation.allowed;
    if (ret->validation.service)
        ret->service = ret->validation.service;
    add_findings(&ret->findings, &ret->validation.findings, NULL);
    add_findings(&ret->findings, &ret->mutation.findings, &ret->validation.findings);
    findings_sort(&ret->findings);
    if (arena_exhausted(arena))
        return trouble(manifest, problem, "out of memory");
    return true;
}
