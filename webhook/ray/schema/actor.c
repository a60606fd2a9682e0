/* SPDX-License-Identifier: Apache-2.0 */
/* ray_actor_options: given, they replace the code's. Quantities are looked at on deployment. */
#include "ray/schema/table.h"

#include <math.h>

/* Ray counts resources in ten-thousandths. */
static const double SMALLEST = 0.0001;

/* Resources of which there are only whole ones (accelerators/: validate_resource_request_quantity).
 */
static const struct whole {
    const char *name;
    int since;
} whole_resources[] = {
    {"FURIOSA", 256}, {"HPU", 0}, {"MBLT", 259}, {"RBLN", 249}, {"neuron_cores", 0},
};

static uint64_t wants_whole(const char *name)
{
    for (size_t i = 0; i < sizeof whole_resources / sizeof *whole_resources; i++)
        if (strcmp(whole_resources[i].name, name) == 0)
            return ray_releases(whole_resources[i].since, 0);
    return 0;
}

static void report_quantity(struct ray_check *check, uint64_t releases, const struct path *at,
                            const struct yaml_value *value, const char *wants)
{
    ray_fault(check, RAY_STAGE_DEPLOY, releases, at, arena_printf(check->arena, "write %s", wants),
              "wants %s, not %s", wants, ray_says(check->arena, value));
}

/* Python's int(quantity * 10000) == 0, which only a float can have; int(inf) raises. */
static uint64_t check_quantity(struct ray_check *check, const struct ray_place *place)
{
    double number = ray_read_number(check->arena, place->value).number;

    if (number != 0 && fabs(number) * 10000 < 1)
        report_quantity(check, place->releases, place->at, place->value,
                        arena_printf(check->arena, "0, or %g or more", SMALLEST));
    else if (isinf(number))
        report_quantity(check, place->releases, place->at, place->value, "a finite number");
    return 0;
}

static void check_accelerator(struct ray_check *check, const struct ray_place *place,
                              const char *name)
{
    double number = ray_read_number(check->arena, place->value).number;
    bool pair = number == 1 || number == 2 || number == 4;
    uint64_t eight = number == 8 ? ray_releases(231, 0) : 0;

    if (strcmp(name, "TPU") == 0 && !pair)
        report_quantity(check, place->releases & ~eight, place->at, place->value,
                        "1, 2, 4 or 8 TPUs (8 from Ray 2.32)");
    else if (number != trunc(number))
        report_quantity(check, place->releases & wants_whole(name), place->at, place->value,
                        "a whole number");
}

/* The values went through no pydantic: text, null and lists are compared with 0, and that fails. */
static void check_resource(struct ray_check *check, const struct ray_place *place)
{
    static const char *const own[] = {"CPU", "GPU", "memory", "object_store_memory"};
    static const char *const instead[] = {"num_cpus", "num_gpus", "memory", NULL};
    const struct yaml_value *value = place->value;
    bool number = value->kind == YAML_INTEGER || value->kind == YAML_FLOAT;

    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (strcmp(value->key, own[i]) != 0)
            continue;
        ray_fault(check, RAY_STAGE_DEPLOY, place->releases, place->at,
                  instead[i]
                      ? arena_printf(check->arena, "write %s in ray_actor_options", instead[i])
                      : "leave it out",
                  "refuses %s among the custom resources", own[i]);
        return;
    }
    if (!number && value->kind != YAML_BOOL) {
        report_quantity(check, place->releases, place->at, value, "a number");
        return;
    }
    if (number && value->number < 0)
        report_quantity(check, place->releases, place->at, value, "0 or more");
    else if (number && !ray_is_integer(value))
        check_quantity(check, place);
    check_accelerator(check, place, value->key);
}

static uint64_t check_resources(struct ray_check *check, const struct ray_place *place)
{
    const struct yaml_value *mapping = ray_read_mapping(check->arena, place->value);

    if (!mapping)
        return 0;
    for (const struct yaml_value *item = mapping->first; item; item = item->next) {
        struct path at = ray_path_to(place->at, item, 0);

        check_resource(check, &(struct ray_place){place->frame, item, &at, place->releases});
    }
    return 0;
}

/* The schema makes a float of it, and the actor's options want an integer: no number works. */
static uint64_t check_object_store(struct ray_check *check, const struct ray_place *place)
{
    ray_fault(check, RAY_STAGE_DEPLOY, place->releases, place->at, "leave it out",
              "refuses every number in object_store_memory");
    return 0;
}

static const char *alternative_problem(struct arena *arena, const struct yaml_value *item)
{
    const struct yaml_value *labels = yaml_member(item, "label_selector"), *member;
    bool empty =
        !labels || labels->kind == YAML_NULL || (labels->kind == YAML_BOOL && !labels->boolean) ||
        ((labels->kind == YAML_INTEGER || labels->kind == YAML_FLOAT) && labels->number == 0) ||
        (labels->kind == YAML_STRING && !labels->text.size) ||
        (labels->kind == YAML_SEQUENCE && !labels->count);

    if (!item->count)
        return "a label_selector in each item";
    for (const struct yaml_value *key = item->first; key; key = key->next)
        if (strcmp(key->key, "label_selector") != 0)
            return "only label_selector in each item";
    if (empty)
        return NULL;
    if (labels->kind != YAML_MAPPING)
        return "an object in label_selector";
    return ray_label_problem(arena, labels, false, &member);
}

static uint64_t check_fallback(struct ray_check *check, const struct ray_place *place)
{
    size_t index = 0;

    for (const struct yaml_value *item = place->value->first; item; item = item->next) {
        const struct yaml_value *mapping = ray_read_mapping(check->arena, item);
        const char *problem = mapping ? alternative_problem(check->arena, mapping) : NULL;
        struct path at = ray_path_to(place->at, item, index++);

        if (problem)
            ray_fault(check, RAY_STAGE_DEPLOY, place->releases, &at,
                      "write label_selector: {key: value}", "wants %s", problem);
    }
    return 0;
}

static const struct ray_shape alternatives = {.kind = RAY_LIST, .items = &ray_mapping};

static const struct ray_field options_fields[] = {
    {"accelerator_type", &ray_text, 0, 0, RAY_NULLABLE, NULL, 0, NULL},
    {"fallback_strategy", &alternatives, 254, 0, RAY_NULLABLE, check_fallback, 0, NULL},
    {"label_selector", &ray_texts_by_name, 254, 0, RAY_NULLABLE, ray_rule_label_selector, 0, NULL},
    {"memory", &ray_from_zero, 0, 0, RAY_NULLABLE, check_quantity, 0, NULL},
    {"num_cpus", &ray_from_zero, 0, 0, RAY_NULLABLE, check_quantity, 0, NULL},
    {"num_gpus", &ray_from_zero, 0, 0, RAY_NULLABLE, check_quantity, 0, NULL},
    {"object_store_memory", &ray_from_zero, 0, 224, RAY_NULLABLE, check_object_store, 0, NULL},
    {"resources", &ray_mapping, 0, 0, 0, check_resources, 0, NULL},
    {"runtime_env", &ray_mapping, 0, 0, 0, ray_rule_actor_runtime_env, 0, NULL},
};

const struct ray_object ray_actor_options_object = {.name = "ray_actor_options",
                                                    RAY_FIELDS(options_fields)};
