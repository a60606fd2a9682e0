/* SPDX-License-Identifier: Apache-2.0 */
#include "ray/start.h"

#include "core/quantity.h"
#include "ray/start_resources.h"

#include <strings.h>

/*
 * The value as a flag's text. A value that means true becomes a flag without a value, one that
 * means false drops the flag (convertParamMap).
 */
static const char *flag_text(const char *value)
{
    if (value && strcasecmp(value, "false") == 0)
        return NULL;
    return value && strcasecmp(value, "true") == 0 ? "" : value;
}

static const char *whole_text(struct arena *arena, const struct json *quantity)
{
    int64_t whole;

    return quantity && quantity_ceil(quantity_text(arena, quantity), &whole)
               ? arena_printf(arena, "%lld", (long long)whole)
               : NULL;
}

/* Zero counts as absent in limits and requests, not in the group's resources. */
static const char *unless_zero(const char *text)
{
    return text && strcmp(text, "0") == 0 ? NULL : text;
}

static bool is_cpu_key(const char *key)
{
    return strcasecmp(key, "cpu") == 0;
}

static bool is_memory_key(const char *key)
{
    return strcasecmp(key, "memory") == 0;
}

/*
 * The group's `resources` overwrite rayStartParams. Two keys that mean one flag are taken in Go's
 * map order, which is random: *ambiguous.
 */
static const struct json *group_quantity(const struct ray_group *group,
                                         bool (*is_key)(const char *), bool *ambiguous)
{
    const struct json *found = NULL;

    for (const struct json *each = json_first(group->resources); each; each = json_next(each)) {
        if (!is_key(json_key(each)))
            continue;
        *ambiguous = *ambiguous || found;
        found = each;
    }
    return found;
}

struct flag_source {
    const char *param;
    bool (*is_key)(const char *);
};

static const struct flag_source cpus_source = {"num-cpus", is_cpu_key};
static const struct flag_source gpus_source = {"num-gpus", is_gpu_name};
static const struct flag_source memory_source = {"memory", is_memory_key};

/* What the user wrote for the flag, in one place or the other; NULL: the container decides. */
static const char *written(struct arena *arena, const struct ray_group *group,
                           const struct flag_source *source, bool *ambiguous)
{
    const char *own = whole_text(arena, group_quantity(group, source->is_key, ambiguous));

    return own ? own : ray_start_param(group, source->param);
}

static const char *container_cpus(struct arena *arena, const struct ray_group *group,
                                  bool *requested)
{
    const struct json *resources = json_member(group->container, "resources");
    const char *limit = unless_zero(whole_text(arena, json_get(resources, "limits.cpu")));
    const char *request = unless_zero(whole_text(arena, json_get(resources, "requests.cpu")));

    *requested = !limit && request;
    return limit ? limit : request;
}

struct ray_start ray_start_of(struct arena *arena, const struct ray_service *service,
                              const struct ray_group *group)
{
    const struct json *limits = json_get(group->container, "resources.limits");
    struct ray_start start = {.generated = ray_start_is_generated(service, group)};
    bool ambiguous = false, counts_gpus;
    const char *cpus, *gpus, *memory;

    if (!start.generated)
        return start;
    cpus = written(arena, group, &cpus_source, &ambiguous);
    gpus = written(arena, group, &gpus_source, &ambiguous);
    memory = written(arena, group, &memory_source, &ambiguous);
    counts_gpus = start_resources(arena, group, limits, &start);
    start.generated = !ambiguous;
    start.cpus = cpus ? flag_text(cpus) : container_cpus(arena, group, &start.cpus_requested);
    start.memory =
        memory ? flag_text(memory) : unless_zero(whole_text(arena, json_member(limits, "memory")));
    if (gpus)
        start.gpus = flag_text(gpus);
    else if (counts_gpus)
        start.gpus = whole_text(arena, first_quantity(arena, limits, is_gpu_key));
    return start;
}

/* Digits only: everything else is either refused by `ray start` or expanded by bash. */
static int64_t flag_amount(const char *text)
{
    int64_t value = 0;

    if (!text || !*text || text[strspn(text, "0123456789")])
        return RAY_UNLIMITED;
    for (; *text; text++)
        value = amount_add(amount_times(value, 10), *text - '0');
    return amount_times(value, RAY_ONE);
}

/*
 * Could another parameter change what the line says? Its value is pasted into bash unquoted: an
 * odd quote, a blank or an operator outside quotes ends the word.
 */
static bool ends_word(const char *value)
{
    char quote = 0;

    for (; *value; value++) {
        if (quote == '"' && *value == '\\' && value[1])
            value++;
        else if (*value == quote)
            quote = 0;
        else if (!quote && (*value == '\'' || *value == '"'))
            quote = *value;
        else if (!quote && strchr(" \t\n;&|<>()`#\\", *value))
            return true;
    }
    return quote;
}

static bool line_is_plain(const struct ray_group *group)
{
    for (const struct json *each = json_first(group->start_params); each; each = json_next(each)) {
        const char *value = json_string(each);

        if (!value || ends_word(json_key(each)) ||
            (ends_word(value) && strcmp(json_key(each), "resources") != 0))
            return false;
    }
    return true;
}

/* Ray takes this variable's JSON over every flag (resource_spec.py). */
static const char override_name[] = "RAY_OVERRIDE_RESOURCES";

static bool overrides_resources(const struct ray_group *group)
{
    const struct json *env = json_member(group->container, "env");

    for (const struct json *each = json_first(env); each; each = json_next(each)) {
        const char *name = json_string(json_member(each, "name"));

        if (name && strcmp(name, override_name) == 0)
            return true;
    }
    return false;
}

/* A ConfigMap or Secret: its keys become variables, behind the prefix. */
static bool may_override_resources(const struct ray_group *group)
{
    const struct json *sources = json_member(group->container, "envFrom");

    for (const struct json *each = json_first(sources); each; each = json_next(each)) {
        const char *prefix = json_string(json_member(each, "prefix"));

        if (!prefix || strncmp(override_name, prefix, strlen(prefix)) == 0)
            return true;
    }
    return false;
}

/* With TPUs Ray also announces the slice by its name, which the machine says (TPU_NAME, tpu.py). */
static bool names_itself(const struct ray_resources *own)
{
    for (size_t i = 0; i < own->count; i++)
        if (strcmp(own->items[i].name, "TPU") == 0)
            return true;
    return false;
}

struct ray_node ray_node_unknown(void)
{
    return (struct ray_node){
        .cpu = RAY_UNLIMITED, .gpu = RAY_UNLIMITED, .memory = RAY_UNLIMITED, .own_unknown = true};
}

struct ray_node ray_node_of(struct arena *arena, const struct ray_service *service,
                            const struct ray_group *group)
{
    struct ray_start start = ray_start_of(arena, service, group);

    if (!start.generated || start.resources_unknown || !line_is_plain(group) ||
        overrides_resources(group))
        return ray_node_unknown();
    return (struct ray_node){.cpu = flag_amount(start.cpus),
                             .cpu_requested = start.cpus_requested,
                             .gpu = flag_amount(start.gpus),
                             .memory = flag_amount(start.memory),
                             .own_unknown = names_itself(&start.own),
                             .overridable = may_override_resources(group),
                             .own = start.own};
}

/* What Ray finds on the machine by itself: accelerators, and what it calls each node. */
static bool is_detected(const char *name)
{
    static const char *const prefixes[] = {
        "TPU",   "neuron_cores",      "HPU",    "NPU", "RBLN", "RNGD", "FURIOSA", "METAX",
        "node:", "accelerator_type:", "bundle_"};

    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return false;
}

int64_t ray_node_amount(const struct ray_node *node, const char *name)
{
    if (strcmp(name, "CPU") == 0)
        return node->cpu;
    if (strcmp(name, "GPU") == 0)
        return node->gpu;
    if (strcmp(name, "memory") == 0)
        return node->memory;
    for (size_t i = 0; i < node->own.count; i++)
        if (strcmp(node->own.items[i].name, name) == 0)
            return node->own.items[i].amount;
    return node->own_unknown || is_detected(name) ? RAY_UNLIMITED : 0;
}
