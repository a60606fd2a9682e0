/* SPDX-License-Identifier: Apache-2.0 */
/* What KubeRay refuses of the RayService as a whole. */
#include "rules/refusals.h"

enum { LONGEST_NAME = 47 };

#define TIMEOUT_ANNOTATION "ray.io/initializing-timeout"

static void look_at_name_length(const struct refusing *refusing)
{
    size_t length = strlen(refusing->service->name);

    if (length > LONGEST_NAME)
        refuse(refusing, PATH_KEY(&refusing->service->metadata_at, "name"), "shorten it",
               "the name has %zu characters, %d are allowed", length, LONGEST_NAME);
}

/* DNS-1035: [a-z]([-a-z0-9]*[a-z0-9])? */
static void look_at_name_form(const struct refusing *refusing)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    static const char all[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    const char *name = refusing->service->name;
    size_t length = strlen(name);

    if (!length ||
        (strchr(letters, name[0]) && strspn(name, all) == length && name[length - 1] != '-'))
        return;
    refuse(refusing, PATH_KEY(&refusing->service->metadata_at, "name"),
           "begin with a letter, then letters, digits and -",
           "the name is no DNS-1035 label, which a Service needs");
}

/* The length of `12`, `1.5`, `.5` or `5.`; 0 if there is no digit. */
static size_t number_length(const char *text)
{
    size_t whole = strspn(text, "0123456789");
    size_t fraction = text[whole] == '.' ? 1 + strspn(text + whole + 1, "0123456789") : 0;

    return whole || fraction > 1 ? whole + fraction : 0;
}

static size_t unit_length(const char *text)
{
    static const char *const units[] = {"ns", "us", "µs", "μs", "ms", "s", "m", "h"};

    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strncmp(text, units[i], strlen(units[i])) == 0)
            return strlen(units[i]);
    return 0;
}

/* `5m`, `1.5h`, `1h30m`, or whole seconds; above zero, as time.ParseDuration and strconv.Atoi have
 * it. */
static bool is_positive_timeout(const char *text)
{
    bool positive = false;

    text += *text == '+';
    if (*text && text[strspn(text, "0123456789")] == '\0')
        return text[strspn(text, "0")] != '\0';
    while (*text) {
        size_t number = number_length(text), unit = unit_length(text + number);

        if (!number || !unit)
            return false;
        positive = positive || strcspn(text, "123456789") < number;
        text += number + unit;
    }
    return positive;
}

static void look_at_timeout(const struct refusing *refusing)
{
    const char *value = ray_service_annotation(refusing->service, TIMEOUT_ANNOTATION);

    if (value && *value && !is_positive_timeout(value))
        refuse(
            refusing,
            PATH_KEY(PATH_KEY(&refusing->service->metadata_at, "annotations"), TIMEOUT_ANNOTATION),
            "write 5m, 1h or seconds above 0", "\"%.40s\" is no positive duration", value);
}

static void look_at_head_service(const struct refusing *refusing)
{
    const struct path *at = PATH_KEY(&refusing->service->head.at, "headService");
    const char *name =
        json_string(json_get(refusing->service->head.json, "headService.metadata.name"));

    if (name && *name)
        refuse(refusing, PATH_KEY(PATH_KEY(at, "metadata"), "name"), "remove it",
               "headService.metadata.name is set");
}

static void look_at_deletion_delay(const struct refusing *refusing)
{
    static const char key[] = "rayClusterDeletionDelaySeconds";
    int64_t seconds;

    if (json_integer(json_member(refusing->service->spec, key), &seconds) && seconds < 0)
        refuse(refusing, PATH_KEY(&refusing->service->spec_at, key), "write 0 or more",
               "%s is negative", key);
}

/* Incremental upgrades came with 1.5: before, the type itself is unknown. */
static void look_at_upgrade_type(const struct refusing *refusing)
{
    static const struct {
        const char *type;
        struct ray_release since;
    } types[] = {{"NewCluster", {1, 3, 0}},
                 {"None", {1, 3, 0}},
                 {"NewClusterWithIncrementalUpgrade", {1, 5, 0}}};
    struct ray_release known = refusing->input->kuberay;
    const struct path *at = PATH_KEY(&refusing->service->spec_at, "upgradeStrategy");
    const char *type = json_string(json_get(refusing->service->spec, "upgradeStrategy.type"));

    if (!type)
        return;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(type, types[i].type) == 0 &&
            (!ray_release_known(known) || ray_release_compare(known, types[i].since) >= 0))
            return;
    refuse(refusing, PATH_KEY(at, "type"),
           "write NewCluster, None or NewClusterWithIncrementalUpgrade",
           "\"%.40s\" is no upgrade strategy", type);
}

static bool is_incremental(const struct ray_service *service)
{
    const char *type = json_string(json_get(service->spec, "upgradeStrategy.type"));

    return type && strcmp(type, "NewClusterWithIncrementalUpgrade") == 0;
}

/* Each is wanted but maxSurgePercent, which is 100 if absent. */
static void look_at_incremental_numbers(const struct refusing *refusing, const struct path *at,
                                        const struct json *options)
{
    static const struct {
        const char *key;
        bool wanted;
        int64_t least, most;
    } numbers[] = {
        {"maxSurgePercent", false, 0, 100},
        {"stepSizePercent", true, 0, 100},
        {"intervalSeconds", true, 1, INT32_MAX},
    };

    const char *gateway = json_string(json_member(options, "gatewayClassName"));

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        int64_t number;
        bool there = json_integer(json_member(options, numbers[i].key), &number);

        if (there ? number < numbers[i].least || number > numbers[i].most : numbers[i].wanted)
            refuse(refusing, PATH_KEY(at, numbers[i].key), "", "%s has to be between %lld and %lld",
                   numbers[i].key, (long long)numbers[i].least, (long long)numbers[i].most);
    }
    if (!gateway || !*gateway)
        refuse(refusing, PATH_KEY(at, "gatewayClassName"), "name one",
               "an incremental upgrade without gatewayClassName");
}

static void look_at_incremental(const struct refusing *refusing)
{
    const struct ray_service *service = refusing->service;
    const struct json *options = json_get(service->spec, "upgradeStrategy.clusterUpgradeOptions");
    const struct path *strategy = PATH_KEY(&service->spec_at, "upgradeStrategy");
    const struct path *at = PATH_KEY(strategy, "clusterUpgradeOptions");
    int64_t surge = 100, step = 0;

    if (!is_incremental(service))
        return;
    if (!service->autoscaling)
        refuse(refusing, PATH_KEY(strategy, "type"), "set enableInTreeAutoscaling: true",
               "an incremental upgrade without the autoscaler");
    if (json_kind(options) != JSON_OBJECT) {
        refuse(refusing, at, "add them", "an incremental upgrade without clusterUpgradeOptions");
        return;
    }
    json_integer(json_member(options, "maxSurgePercent"), &surge);
    if (json_integer(json_member(options, "stepSizePercent"), &step) && step > surge)
        refuse(refusing, PATH_KEY(at, "stepSizePercent"), "make it smaller",
               "stepSizePercent %lld is above maxSurgePercent %lld", (long long)step,
               (long long)surge);
    look_at_incremental_numbers(refusing, at, options);
}

static const struct refusal service_rows[] = {
    {{1, 3, 0}, look_at_head_service}, {{1, 3, 0}, look_at_upgrade_type},
    {{1, 4, 0}, look_at_name_length},  {{1, 4, 0}, look_at_name_form},
    {{1, 5, 0}, look_at_timeout},      {{1, 5, 0}, look_at_deletion_delay},
    {{1, 7, 0}, look_at_incremental},
};

const struct refusals service_refusals = {service_rows, sizeof service_rows / sizeof *service_rows};
