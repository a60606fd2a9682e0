/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/refusals.h"

void refuse(const struct refusing *refusing, const struct path *at, const char *fix,
            const char *format, ...)
{
    struct ray_release known = refusing->input->kuberay;
    const char *what;
    va_list args;

    va_start(args, format);
    what = arena_vprintf(refusing->input->arena, format, args);
    va_end(args);
    refusing->findings->level = ray_release_known(known) ? LEVEL_DENY : LEVEL_WARN;
    if (ray_release_known(known))
        report(refusing->findings, at, fix, "KubeRay %d.%d refuses it: %s", known.major,
               known.minor, what);
    else
        report(refusing->findings, at, fix, "KubeRay %d.%d and later refuse it: %s",
               refusing->since.major, refusing->since.minor, what);
}

void warn_of_gate(const struct refusing *refusing, const struct path *at, const char *who,
                  const char *gate)
{
    refusing->findings->level = LEVEL_WARN;
    report(refusing->findings, at, "", "%s unless its feature gate %s is on", who, gate);
}

static void look(struct refusing *refusing, const struct refusals *refusals)
{
    struct ray_release known = refusing->input->kuberay;

    for (size_t i = 0; i < refusals->count; i++) {
        refusing->since = refusals->rows[i].since;
        if (!ray_release_known(known) || ray_release_compare(known, refusing->since) >= 0)
            refusals->rows[i].look(refusing);
    }
}

void check_kuberay_refuses(const struct rule_input *input, struct findings *findings)
{
    struct refusing refusing = {.input = input, .service = input->service, .findings = findings};

    look(&refusing, &service_refusals);
    look(&refusing, &cluster_refusals);
    refusing.group = &input->service->head;
    look(&refusing, &group_refusals);
    for (size_t i = 0; i < input->service->group_count; i++) {
        refusing.group = &input->service->groups[i];
        look(&refusing, &group_refusals);
        look(&refusing, &worker_refusals);
    }
}
