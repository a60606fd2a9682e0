/* SPDX-License-Identifier: Apache-2.0 */
/* logging_config: the same at the top, in an application and in a deployment. */
#include "ray/schema/table.h"

#include <math.h>

static const char *const encodings[] = {"TEXT", "JSON", NULL};
static const char *const levels[] = {"CRITICAL", "FATAL", "ERROR",  "WARN", "WARNING",
                                     "INFO",     "DEBUG", "NOTSET", NULL};
static const struct ray_shape encoding = {.kind = RAY_CHOICE, .choices = encodings};
static const struct ray_shape level_name = {.kind = RAY_CHOICE, .choices = levels};

/* Python's numbers for the levels; `false` is 0 to both eras. */
static bool is_level_number(double number)
{
    return number >= 0 && number <= 50 && fmod(number, 10) == 0;
}

/* A name or a number. Pydantic v1 tries the number first: "10" and 20.5 are levels to it. */
static uint64_t check_level(struct ray_check *check, const struct ray_place *place)
{
    const struct yaml_value *value = place->value;
    struct ray_number number = ray_read_integer(check->arena, value);
    uint64_t right = is_level_number(number.number) ? number.releases : 0;

    if (value->kind == YAML_STRING)
        right &= ray_pydantic_1();
    for (const char *const *name = levels; *name; name++)
        if (yaml_is(value, *name))
            return 0;
    if (!(place->releases & ~right))
        return 0;
    ray_fault(check, check->stage, place->releases & ~right, place->at,
              ray_advice(check->arena, &level_name, value), "wants a log level, not %s",
              ray_says(check->arena, value));
    return place->releases & ~right;
}

static const char *const attributes[] = {"args",
                                         "asctime",
                                         "created",
                                         "exc_info",
                                         "exc_text",
                                         "filename",
                                         "funcName",
                                         "levelname",
                                         "levelno",
                                         "lineno",
                                         "message",
                                         "module",
                                         "msecs",
                                         "msg",
                                         "name",
                                         "pathname",
                                         "process",
                                         "processName",
                                         "relativeCreated",
                                         "stack_info",
                                         "taskName",
                                         "thread",
                                         "threadName",
                                         NULL};
static const struct ray_shape attribute = {.kind = RAY_CHOICE, .choices = attributes};
static const struct ray_shape attribute_list = {.kind = RAY_LIST, .items = &attribute};

static const struct ray_field logging_fields[] = {
    {"additional_log_standard_attrs", &attribute_list, 244, 0, 0, NULL, 0, NULL},
    {"enable_access_log", &ray_boolean, 0, 0, 0, NULL, 0, NULL},
    {"encoding", &encoding, 0, 0, 0, NULL, 0, NULL},
    {"log_level", &ray_any, 0, 0, 0, check_level, 0, NULL},
    {"logs_dir", &ray_text, 0, 0, RAY_NULLABLE, NULL, 0, NULL},
};

const struct ray_object ray_logging_object = {
    .name = "logging_config", RAY_FIELDS(logging_fields), .strict = true};
