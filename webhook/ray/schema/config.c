/* SPDX-License-Identifier: Apache-2.0 */
/* The top level: proxies, logging, tracing, and what holds between applications. */
#include "ray/schema/table.h"

#include <stdlib.h>

/* Text that is there and not empty, in the releases that take it for text. */
static uint64_t filled(const struct ray_frame *frame, const char *name)
{
    struct ray_member member = ray_frame_member(frame, name);
    bool some = member.value && (member.value->kind != YAML_STRING || member.value->text.size > 0);

    return some ? member.releases : 0;
}

/*
 * With the key ssl_certfile there the schema checks the pair; with ssl_keyfile alone the PUT fails
 * when the proxy's options are built.
 */
static void check_ssl_pair(struct ray_frame *frame)
{
    static const char fix[] = "give both ssl_keyfile and ssl_certfile, or neither";
    struct ray_member certificate = ray_frame_member(frame, "ssl_certfile");
    struct ray_member key = ray_frame_member(frame, "ssl_keyfile");
    uint64_t releases = frame->releases & ray_releases(250, 0);
    uint64_t one = releases & (filled(frame, "ssl_certfile") ^ filled(frame, "ssl_keyfile"));

    if (certificate.value)
        ray_fault(frame->check, RAY_STAGE_SCHEMA, one, &certificate.at, fix,
                  "wants both a key and a certificate, not one of them");
    else
        ray_fault(frame->check, RAY_STAGE_START, one, &key.at, fix,
                  "can not start its proxies with an ssl_keyfile and no ssl_certfile");
}

static const struct ray_field http_fields[] = {
    {"host", &ray_text, 0, 0, 0, NULL, 0, NULL},
    {"keep_alive_timeout_s", &ray_integer, 0, 0, 0, NULL, 0, NULL},
    {"port", &ray_integer, 0, 0, 0, NULL, 0, NULL},
    {"request_timeout_s", &ray_number, 0, 0, RAY_NULLABLE, NULL, 0, NULL},
    {"root_path", &ray_text, 0, 0, 0, NULL, 0, NULL},
    {"ssl_ca_certs", &ray_text, 250, 0, RAY_NULLABLE, NULL, 0, NULL},
    {"ssl_certfile", &ray_text, 250, 0, RAY_NULLABLE, NULL, 0, NULL},
    {"ssl_keyfile", &ray_text, 250, 0, RAY_NULLABLE, NULL, 0, NULL},
    {"ssl_keyfile_password", &ray_text, 250, 0, RAY_NULLABLE, NULL, 0, NULL},
};

static void (*const http_rules[])(struct ray_frame *) = {check_ssl_pair, NULL};

static const struct ray_object http_object = {
    .name = "http_options", RAY_FIELDS(http_fields), .rules = http_rules};

static const struct ray_field grpc_fields[] = {
    {"enable_reflection", &ray_boolean, 260, 0, 0, NULL, 0, NULL},
    {"grpc_servicer_functions", &ray_texts, 0, 0, 0, NULL, 0, NULL},
    {"port", &ray_integer, 0, 0, 0, NULL, 0, NULL},
    {"request_timeout_s", &ray_number, 245, 0, RAY_NULLABLE, NULL, 0, NULL},
};

static const struct ray_object grpc_object = {.name = "grpc_options", RAY_FIELDS(grpc_fields)};

/* Python compares with < and >, which NaN passes. */
static const struct ray_shape ratio = {.kind = RAY_NUMBER,
                                       .range = {RAY_MIN | RAY_MAX | RAY_NAN, 0, 1}};

static const struct ray_field tracing_fields[] = {
    {"enabled", &ray_boolean, 0, 0, 0, NULL, 0, NULL},
    {"exporter_import_path", &ray_text, 0, 0, 0, NULL, 0, NULL},
    {"sampling_ratio", &ratio, 0, 0, 0, NULL, 0, NULL},
};

static const struct ray_object tracing_object = {
    .name = "tracing_config", RAY_FIELDS(tracing_fields), .strict = true};

static uint64_t check_controller_variable(struct ray_check *check,
                                          const struct yaml_value *variable, const struct path *at,
                                          uint64_t releases)
{
    struct path place = ray_path_to(at, variable, 0);

    if (*variable->key && variable->kind == YAML_STRING)
        return 0;
    ray_fault(check, RAY_STAGE_SCHEMA, releases, &place,
              ray_advice(check->arena, &ray_text, variable),
              "wants a name and text for each environment variable, not %s",
              ray_says(check->arena, variable));
    return releases;
}

static uint64_t check_controller_env(struct ray_check *check, const struct ray_place *place)
{
    uint64_t wrong = 0;

    for (const struct yaml_value *key = place->value->first; key; key = key->next) {
        struct path at = ray_path_to(place->at, key, 0);

        if (strcmp(key->key, "env_vars") != 0 || key->kind != YAML_MAPPING) {
            ray_fault(check, RAY_STAGE_SCHEMA, place->releases, &at, "leave only env_vars",
                      "takes only env_vars here, an object of text");
            wrong = place->releases;
            continue;
        }
        for (const struct yaml_value *item = key->first; item; item = item->next)
            wrong |= check_controller_variable(check, item, &at, place->releases);
    }
    return wrong;
}

static const struct ray_field controller_fields[] = {
    {"runtime_env", &ray_mapping, 0, 0, RAY_NULLABLE, check_controller_env, 0, NULL},
};

static const struct ray_object controller_object = {
    .name = "controller_options", RAY_FIELDS(controller_fields), .strict = true};

/* One application's name or route, for finding the ones that are there twice. */
struct label {
    struct bytes text;
    uint64_t releases;
    struct path at;
    size_t index;
};

static int compare_labels(const void *left, const void *right)
{
    const struct label *a = left, *b = right;
    size_t size = a->text.size < b->text.size ? a->text.size : b->text.size;
    int order = size ? memcmp(a->text.data, b->text.data, size) : 0;

    if (!order)
        order = (a->text.size > b->text.size) - (a->text.size < b->text.size);
    return order ? order : (a->index > b->index) - (a->index < b->index);
}

static bool same_text(const struct label *a, const struct label *b)
{
    return a->text.size == b->text.size &&
           (!a->text.size || memcmp(a->text.data, b->text.data, a->text.size) == 0);
}

static struct label read_label(struct arena *arena, const struct yaml_value *application,
                               const struct path *at, const char *key, const char *otherwise)
{
    const struct yaml_value *value = yaml_member(application, key);
    struct ray_words words = {ray_releases(0, 0), bytes_of(otherwise)};
    struct label label = {.at = *at};

    if (value) {
        words = ray_read_text(arena, value);
        label.at = ray_path_to(at, value, 0);
    }
    label.text = words.text;
    label.releases = words.releases;
    return label;
}

static void report_twice(struct ray_check *check, struct label *labels, size_t count,
                         const char *what, const char *otherwise)
{
    qsort(labels, count, sizeof *labels, compare_labels);
    for (size_t i = 1; i < count; i++) {
        uint64_t both = labels[i - 1].releases & labels[i].releases;

        if (!same_text(&labels[i - 1], &labels[i]))
            continue;
        ray_fault(check, RAY_STAGE_SCHEMA, both, &labels[i].at,
                  arena_printf(check->arena, "give each application its own %s", what),
                  "refuses the %s %s for applications %zu and %zu (where it is left out, it is %s)",
                  what,
                  ray_says(check->arena,
                           &(struct yaml_value){.kind = YAML_STRING, .text = labels[i].text}),
                  labels[i - 1].index, labels[i].index, otherwise);
    }
}

static void check_twice(struct ray_frame *frame, const struct ray_member *applications,
                        const char *key, const char *otherwise)
{
    struct arena *arena = frame->check->arena;
    struct label *labels = arena_array(arena, applications->value->count, sizeof *labels);
    struct path *places = arena_array(arena, applications->value->count, sizeof *places);
    size_t count = 0;

    if (!labels || !places)
        return;
    for (const struct yaml_value *item = applications->value->first; item; item = item->next) {
        if (item->kind != YAML_MAPPING)
            continue;
        places[count] = ray_path_to(&applications->at, item, count);
        labels[count] = read_label(arena, item, &places[count], key, otherwise);
        labels[count].index = count;
        count++;
    }
    report_twice(frame->check, labels, count, key, otherwise);
}

static void check_applications(struct ray_frame *frame)
{
    struct ray_member applications = ray_frame_member(frame, "applications");

    if (!applications.value || applications.value->kind != YAML_SEQUENCE)
        return;
    check_twice(frame, &applications, "name", "default");
    check_twice(frame, &applications, "route_prefix", "/");
}

static const char *const locations[] = {"EveryNode", "HeadOnly", "Disabled", NULL};
static const struct ray_shape location = {.kind = RAY_CHOICE, .choices = locations};
static const struct ray_shape percent = {.kind = RAY_NUMBER, .range = {RAY_MIN | RAY_MAX, 0, 100}};
static const struct ray_shape application = {.kind = RAY_OBJECT, .object = &ray_application_object};
static const struct ray_shape applications = {.kind = RAY_LIST, .items = &application};
static const struct ray_shape http = {.kind = RAY_OBJECT, .object = &http_object};
static const struct ray_shape grpc = {.kind = RAY_OBJECT, .object = &grpc_object};
static const struct ray_shape logging = {.kind = RAY_OBJECT, .object = &ray_logging_object};
static const struct ray_shape tracing = {.kind = RAY_OBJECT, .object = &tracing_object};
static const struct ray_shape controller = {.kind = RAY_OBJECT, .object = &controller_object};

static const struct ray_field config_fields[] = {
    {"applications", &applications, 0, 0, RAY_REQUIRED, NULL, 0, NULL},
    {"controller_options", &controller, 256, 0, RAY_NULLABLE, NULL, 0, NULL},
    {"grpc_options", &grpc, 0, 0, 0, NULL, 0, NULL},
    {"http_options", &http, 0, 0, 0, NULL, 0, NULL},
    {"logging_config", &logging, 0, 0, RAY_NULLABLE, NULL, 0, NULL},
    {"proxy_location", &location, 0, 0, 0, NULL, 0, NULL},
    {"target_capacity", &percent, 0, 0, RAY_NULLABLE, NULL, 0, NULL},
    {"tracing_config", &tracing, 259, 0, RAY_NULLABLE, NULL, 0, NULL},
};

static void (*const config_rules[])(struct ray_frame *) = {check_applications, NULL};

const struct ray_object ray_config_object = {
    .name = "the config", RAY_FIELDS(config_fields), .rules = config_rules};
