/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime_env of an application and of ray_actor_options. The schema looks at URIs only; the rest
 * is looked at when the controller takes the config (application) or starts replicas (actor).
 */
#include "ray/schema/env.h"
#include "ray/schema/uri.h"

static const char fix_uri[] = "write a URI of an archive, like https://host/code.zip";

static bool is_given(const struct yaml_value *value)
{
    return value && value->kind != YAML_NULL;
}

static const struct yaml_value *option(const struct ray_env *env, const char *name)
{
    const struct yaml_value *value = yaml_member(env->mapping, name);

    return is_given(value) ? value : NULL;
}

/* Returns the releases that refuse it. */
static uint64_t check_uri(const struct ray_env *env, const struct yaml_value *value,
                          const struct path *at)
{
    uint64_t known = value->kind == YAML_STRING ? ray_uri_schemes(value->text) : 0;
    uint64_t wrong = env->releases & ~known;

    if (value->kind == YAML_NULL || !wrong)
        return 0;
    ray_fault(env->check, RAY_STAGE_SCHEMA, wrong, at, fix_uri, "takes no %s: %s",
              known ? "such URI" : "path or text here, only URIs",
              ray_says(env->check->arena, value));
    return wrong;
}

static uint64_t check_module_uris(const struct ray_env *env, const struct yaml_value *modules)
{
    struct path at = ray_path_to(env->at, modules, 0);
    bool empty = (modules->kind == YAML_STRING && !modules->text.size) ||
                 (modules->kind == YAML_MAPPING && !modules->count);
    uint64_t wrong = 0;
    size_t index = 0;

    if (modules->kind == YAML_SEQUENCE) {
        for (const struct yaml_value *item = modules->first; item; item = item->next) {
            struct path place = ray_path_to(&at, item, index++);

            wrong |= check_uri(env, item, &place);
        }
        return wrong;
    }
    if (empty) /* Python finds nothing wrong with its items, the controller does */
        return 0;
    ray_fault(env->check, RAY_STAGE_SCHEMA, env->releases, &at, "write a list of URIs",
              "wants a list of URIs, not %s", ray_says(env->check->arena, modules));
    return env->releases;
}

static uint64_t check_uris(const struct ray_env *env)
{
    const struct yaml_value *modules = yaml_member(env->mapping, "py_modules");
    const struct yaml_value *directory = yaml_member(env->mapping, "working_dir");
    uint64_t wrong = modules ? check_module_uris(env, modules) : 0;
    struct path at;

    if (directory) {
        at = ray_path_to(env->at, directory, 0);
        wrong |= check_uri(env, directory, &at);
    }
    return wrong;
}

static void check_archive(const struct ray_env *env, const struct yaml_value *value,
                          const struct path *at, bool working_dir)
{
    uint64_t wrong = env->releases & ~ray_uri_archives(value->text, working_dir);

    if (!wrong)
        return;
    ray_fault(env->check, env->stage, wrong, at, "use a .zip", "can not unpack %s as %s",
              ray_says(env->check->arena, value), working_dir ? "a working_dir" : "a py_module");
}

static void check_modules(const struct ray_env *env, const struct yaml_value *modules)
{
    struct path at = ray_path_to(env->at, modules, 0);
    size_t index = 0;

    if (modules->kind != YAML_SEQUENCE) {
        ray_env_fail(env, env->releases, modules, "write a list of URIs", "a list of URIs");
        return;
    }
    for (const struct yaml_value *item = modules->first; item; item = item->next) {
        struct path place = ray_path_to(&at, item, index++);

        if (item->kind == YAML_STRING)
            check_archive(env, item, &place, false);
        else
            ray_fault(env->check, env->stage, env->releases, &place, fix_uri, "wants a URI, not %s",
                      ray_says(env->check->arena, item));
    }
}

static void check_directory(const struct ray_env *env, const struct yaml_value *directory)
{
    struct path at = ray_path_to(env->at, directory, 0);

    if (directory->kind == YAML_STRING)
        check_archive(env, directory, &at, true);
}

static void check_texts(const struct ray_env *env, const struct yaml_value *variables,
                        const struct path *at)
{
    for (const struct yaml_value *item = variables->first; item; item = item->next) {
        struct path place = ray_path_to(at, item, 0);

        if (item->kind != YAML_STRING)
            ray_fault(env->check, env->stage, env->releases, &place,
                      ray_advice(env->check->arena, &ray_text, item),
                      "wants text in environment variables, not %s",
                      ray_says(env->check->arena, item));
    }
}

/* An application's are looked at as they are, and pass if they are empty; an actor's go through
 * Python's dict.update(). */
static void check_variables(const struct ray_env *env, const struct yaml_value *variables)
{
    bool whole = env->stage == RAY_STAGE_APPLY;
    struct path at = ray_path_to(env->at, variables, 0);
    const struct yaml_value *mapping = ray_read_mapping(env->check->arena, variables);

    if (!mapping || (whole && variables->kind != YAML_MAPPING && mapping->count))
        ray_env_fail(env, env->releases, variables, "write NAME: \"value\" lines below it",
                     "an object of text");
    else
        check_texts(env, mapping, &at);
}

static void check_excludes(const struct ray_env *env, const struct yaml_value *excludes)
{
    if (!ray_all_text(excludes))
        ray_env_fail(env, env->releases, excludes, "write a list of text", "a list of text");
}

static void check_conda(const struct ray_env *env, const struct yaml_value *conda)
{
    if (conda->kind != YAML_STRING && conda->kind != YAML_MAPPING)
        ray_env_fail(env, env->releases, conda, "write the name of an environment, or an object",
                     "text or an object");
}

static void check_timeout(const struct ray_env *config, const struct yaml_value *timeout)
{
    bool number = timeout->kind == YAML_BOOL || ray_is_integer(timeout);
    double seconds = timeout->kind == YAML_BOOL ? timeout->boolean : timeout->number;

    if (!number || (seconds <= 0 && seconds != -1))
        ray_env_fail(config, config->releases, timeout, "write -1 for no limit",
                     "-1 or an integer above 0");
}

/* Here null is a value, as Python's None is. */
static void check_config(const struct ray_env *env, const struct yaml_value *value)
{
    const struct yaml_value *timeout = yaml_member(value, "setup_timeout_seconds");
    const struct yaml_value *eager = yaml_member(value, "eager_install");
    const struct yaml_value *files = yaml_member(value, "log_files");
    struct path at = ray_path_to(env->at, value, 0);
    struct ray_env config = {env->check, value, &at, env->releases, env->stage};

    if (value->kind != YAML_MAPPING) {
        ray_env_fail(env, env->releases, value, "write keys and values below it", "an object");
        return;
    }
    if (timeout)
        check_timeout(&config, timeout);
    if (eager && eager->kind != YAML_BOOL)
        ray_env_fail(&config, env->releases, eager, "write true or false", "true or false");
    if (is_given(files) && !ray_all_text(files))
        ray_env_fail(&config, ray_releases(212, 0), files, "write a list of text",
                     "a list of text");
}

static const struct {
    const char *name;
    void (*check)(const struct ray_env *env, const struct yaml_value *value);
} options[] = {
    {"conda", check_conda},       {"config", check_config},         {"env_vars", check_variables},
    {"excludes", check_excludes}, {"pip", ray_env_check_pip},       {"py_modules", check_modules},
    {"uv", ray_env_check_uv},     {"working_dir", check_directory},
};

static void check_options(const struct ray_env *env)
{
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const struct yaml_value *value = option(env, options[i].name);

        if (value)
            options[i].check(env, value);
    }
}

/* Only for near misses: Ray takes any key, for a plugin may know it. */
static const struct ray_field known_fields[] = {
    {"_nsight", &ray_any, 0, 0, 0, NULL, 0, NULL},
    {"_rocprof_sys", &ray_any, 0, 0, 0, NULL, 0, NULL},
    {"conda", &ray_any, 0, 0, 0, NULL, 0, NULL},
    {"config", &ray_any, 0, 0, 0, NULL, 0, NULL},
    {"container", &ray_any, 0, 0, 0, NULL, 241, "image_uri"},
    {"env_vars", &ray_any, 0, 0, 0, NULL, 0, NULL},
    {"excludes", &ray_any, 0, 0, 0, NULL, 0, NULL},
    {"image_uri", &ray_any, 0, 0, 0, NULL, 0, NULL},
    {"java_jars", &ray_any, 0, 0, 0, NULL, 0, NULL},
    {"mpi", &ray_any, 0, 0, 0, NULL, 0, NULL},
    {"nsight", &ray_any, 0, 0, 0, NULL, 0, NULL},
    {"pip", &ray_any, 0, 0, 0, NULL, 0, NULL},
    {"py_executable", &ray_any, 0, 0, 0, NULL, 0, NULL},
    {"py_modules", &ray_any, 0, 0, 0, NULL, 0, NULL},
    {"rocprof_sys", &ray_any, 0, 0, 0, NULL, 0, NULL},
    {"uv", &ray_any, 0, 0, 0, NULL, 0, NULL},
    {"worker_process_setup_hook", &ray_any, 0, 0, 0, NULL, 0, NULL},
    {"working_dir", &ray_any, 0, 0, 0, NULL, 0, NULL},
};

static const struct ray_object env_object = {
    .name = "runtime_env", RAY_FIELDS(known_fields), .open = true};

static uint64_t check_env(struct ray_env *env, const struct ray_frame *frame,
                          const struct yaml_value *outer)
{
    uint64_t wrong = check_uris(env);

    env->releases &= ~wrong;
    check_options(env);
    ray_check_object(env->check, frame, &env_object, env->mapping, env->at, env->releases);
    ray_env_check_merged(env, outer);
    return wrong;
}

uint64_t ray_rule_runtime_env(struct ray_check *check, const struct ray_place *place)
{
    struct ray_env env = {check, ray_read_mapping(check->arena, place->value), place->at,
                          place->releases, RAY_STAGE_APPLY};

    return env.mapping ? check_env(&env, place->frame, NULL) : 0;
}

uint64_t ray_rule_actor_runtime_env(struct ray_check *check, const struct ray_place *place)
{
    const struct ray_frame *deployment = place->frame->up;
    const struct ray_frame *application = deployment ? deployment->up : NULL;
    struct ray_env env = {check, ray_read_mapping(check->arena, place->value), place->at,
                          place->releases, RAY_STAGE_DEPLOY};
    const struct yaml_value *variables = yaml_member(env.mapping, "env_vars");

    if (!env.mapping)
        return 0;
    if (variables && variables->kind == YAML_NULL)
        ray_env_fail(&env, env.releases, variables, "remove env_vars, or write {}", "an object");
    return check_env(&env, place->frame,
                     application ? yaml_member(application->value, "runtime_env") : NULL);
}
