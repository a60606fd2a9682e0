/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime_env of an application and of ray_actor_options. The schema looks at URIs only; the rest
 * is looked at when the controller takes the config (application) or starts replicas (actor).
 */
#include "ray/schema_table.h"
#include "ray/schema_uri.h"

/* One runtime_env. */
struct env {
    struct ray_check *check;
    const struct yaml_value *mapping;
    const struct path *at;
    uint64_t releases;
    enum ray_stage stage; /* of all but the URIs */
};

static const char fix_uri[] = "Write a URI of an archive, like https://host/code.zip";

static bool is_given(const struct yaml_value *value)
{
    return value && value->kind != YAML_NULL;
}

static const struct yaml_value *option(const struct env *env, const char *name)
{
    const struct yaml_value *value = yaml_member(env->mapping, name);

    return is_given(value) ? value : NULL;
}

static void fail(const struct env *env, uint64_t releases, const struct yaml_value *value,
                 const char *fix, const char *wants)
{
    struct path at = ray_path_to(env->at, value, 0);

    ray_fault(env->check, env->stage, releases & env->releases, &at, fix, "wants %s, not %s", wants,
              ray_says(env->check->arena, value));
}

/* Returns the releases that refuse it. */
static uint64_t check_uri(const struct env *env, const struct yaml_value *value,
                          const struct path *at)
{
    uint64_t known = value->kind == YAML_STRING ? ray_uri_schemes(value->text) : 0;
    uint64_t wrong = env->releases & ~known;

    if (value->kind == YAML_NULL)
        return 0;
    ray_fault(env->check, RAY_STAGE_SCHEMA, wrong, at, fix_uri, "takes no %s: %s",
              known ? "such URI" : "path or text here, only URIs",
              ray_says(env->check->arena, value));
    return wrong;
}

static uint64_t check_module_uris(const struct env *env, const struct yaml_value *modules)
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
    ray_fault(env->check, RAY_STAGE_SCHEMA, env->releases, &at, "Write a list of URIs",
              "wants a list of URIs, not %s", ray_says(env->check->arena, modules));
    return env->releases;
}

static uint64_t check_uris(const struct env *env)
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

static void check_archive(const struct env *env, const struct yaml_value *value,
                          const struct path *at, bool working_dir)
{
    uint64_t wrong = env->releases & ~ray_uri_archives(value->text, working_dir);

    ray_fault(env->check, env->stage, wrong, at, "Use a .zip", "can not unpack %s as %s",
              ray_says(env->check->arena, value), working_dir ? "a working_dir" : "a py_module");
}

static void check_modules(const struct env *env, const struct yaml_value *modules)
{
    struct path at = ray_path_to(env->at, modules, 0);
    size_t index = 0;

    if (modules->kind != YAML_SEQUENCE) {
        fail(env, env->releases, modules, "Write a list of URIs", "a list of URIs");
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

static void check_directory(const struct env *env, const struct yaml_value *directory)
{
    struct path at = ray_path_to(env->at, directory, 0);

    if (directory->kind == YAML_STRING)
        check_archive(env, directory, &at, true);
}

static void check_variables(const struct env *env, const struct yaml_value *variables)
{
    struct path at = ray_path_to(env->at, variables, 0);
    bool empty = (variables->kind == YAML_SEQUENCE && !variables->count) ||
                 (variables->kind == YAML_STRING && !variables->text.size);

    if (variables->kind != YAML_MAPPING && !empty)
        fail(env, env->releases, variables, "Write NAME: \"value\" lines below it",
             "an object of text");
    if (variables->kind != YAML_MAPPING)
        return;
    for (const struct yaml_value *item = variables->first; item; item = item->next) {
        struct path place = ray_path_to(&at, item, 0);

        if (item->kind != YAML_STRING)
            ray_fault(env->check, env->stage, env->releases, &place,
                      ray_advice(env->check->arena, &ray_text, item),
                      "wants text in environment variables, not %s",
                      ray_says(env->check->arena, item));
    }
}

static bool all_text(const struct yaml_value *list)
{
    for (const struct yaml_value *item = list->first; item; item = item->next)
        if (item->kind != YAML_STRING)
            return false;
    return list->kind == YAML_SEQUENCE;
}

static void check_excludes(const struct env *env, const struct yaml_value *excludes)
{
    if (!all_text(excludes))
        fail(env, env->releases, excludes, "Write a list of text", "a list of text");
}

static void check_conda(const struct env *env, const struct yaml_value *conda)
{
    if (conda->kind != YAML_STRING && conda->kind != YAML_MAPPING)
        fail(env, env->releases, conda, "Write the name of an environment, or an object",
             "text or an object");
}

/* A field of pip: and uv: as objects. */
struct installer_field {
    const char *name;
    enum yaml_kind kind;
    int since;
};

struct installer {
    const char *name;
    int since;
    bool takes_file; /* `packages` may be the path of a requirements file */
    struct installer_field fields[5];
};

static const struct installer pip_installer = {
    .name = "pip",
    .takes_file = true,
    .fields = {{"packages", YAML_SEQUENCE, 0},
               {"pip_check", YAML_BOOL, 0},
               {"pip_version", YAML_STRING, 0},
               {"pip_install_options", YAML_SEQUENCE, 249}},
};

static const struct installer uv_installer = {
    .name = "uv",
    .since = 240,
    .fields = {{"packages", YAML_SEQUENCE, 0},
               {"uv_check", YAML_BOOL, 0},
               {"uv_version", YAML_STRING, 0},
               {"uv_pip_install_options", YAML_SEQUENCE, 241}},
};

static void check_installer_field(const struct env *env, const struct installer *installer,
                                  const struct yaml_value *value)
{
    uint64_t unknown = env->releases;

    for (const struct installer_field *field = installer->fields; field->name; field++) {
        bool packages = field == installer->fields;

        if (strcmp(field->name, value->key) != 0)
            continue;
        unknown &= ~ray_releases(field->since, 0);
        if (value->kind != field->kind &&
            !(packages && installer->takes_file && value->kind == YAML_STRING))
            fail(env, ray_releases(field->since, 0), value, "See Ray's runtime_env reference",
                 field->kind == YAML_SEQUENCE ? "a list"
                 : field->kind == YAML_BOOL   ? "true or false"
                                              : "text");
        else if (!packages && value->kind == YAML_SEQUENCE && !all_text(value))
            fail(env, ray_releases(field->since, 0), value, "Write a list of text",
                 "a list of text");
    }
    fail(env, unknown, value, "Leave it out", "packages and its options here");
}

/* pip took any package that can be a key; uv wants text from 2.60 on. */
static void check_package(const struct env *env, const struct installer *installer,
                          const struct yaml_value *item, const struct path *at)
{
    bool nested = item->kind == YAML_SEQUENCE || item->kind == YAML_MAPPING;
    uint64_t strict = installer == &uv_installer ? ray_releases(260, 0) : 0;

    if (item->kind != YAML_STRING)
        ray_fault(env->check, env->stage, env->releases & (nested ? ~UINT64_C(0) : strict), at,
                  "Write its name", "wants a package's name, not %s",
                  ray_says(env->check->arena, item));
}

static void check_packages(const struct env *env, const struct installer *installer,
                           const struct yaml_value *value)
{
    const struct yaml_value *packages = yaml_member(value, "packages");
    struct path at = ray_path_to(env->at, value, 0), list;
    size_t index = 0;

    for (const struct yaml_value *item = value->first; item; item = item->next)
        check_installer_field(&(struct env){env->check, value, &at, env->releases, env->stage},
                              installer, item);
    if (!packages) {
        ray_fault(env->check, env->stage, env->releases, &at, "Add packages: [...]",
                  "wants packages in %s", installer->name);
        return;
    }
    list = ray_path_to(&at, packages, 0);
    if (packages->kind != YAML_SEQUENCE)
        return;
    for (const struct yaml_value *item = packages->first; item; item = item->next) {
        struct path place = ray_path_to(&list, item, index++);

        check_package(env, installer, item, &place);
    }
}

/* Text is the name of a file on the head: nobody can know here. */
static void check_installer(const struct env *env, const struct installer *installer,
                            const struct yaml_value *value)
{
    struct env since = *env;

    since.releases &= ray_releases(installer->since, 0);
    if (value->kind == YAML_MAPPING)
        check_packages(&since, installer, value);
    else if (value->kind != YAML_STRING && !all_text(value))
        fail(&since, since.releases, value, "Write a list of package names",
             "a list of package names");
}

static void check_pip(const struct env *env, const struct yaml_value *value)
{
    check_installer(env, &pip_installer, value);
}

static void check_uv(const struct env *env, const struct yaml_value *value)
{
    check_installer(env, &uv_installer, value);
}

static void check_timeout(const struct env *config, const struct yaml_value *timeout)
{
    bool number = timeout->kind == YAML_BOOL || ray_is_integer(timeout);
    double seconds = timeout->kind == YAML_BOOL ? timeout->boolean : timeout->number;

    if (!number || (seconds <= 0 && seconds != -1))
        fail(config, config->releases, timeout, "Write -1 for no limit",
             "-1 or an integer above 0");
}

/* Here null is a value, as Python's None is. */
static void check_config(const struct env *env, const struct yaml_value *value)
{
    const struct yaml_value *timeout = yaml_member(value, "setup_timeout_seconds");
    const struct yaml_value *eager = yaml_member(value, "eager_install");
    const struct yaml_value *files = yaml_member(value, "log_files");
    struct path at = ray_path_to(env->at, value, 0);
    struct env config = {env->check, value, &at, env->releases, env->stage};

    if (value->kind != YAML_MAPPING) {
        fail(env, env->releases, value, "Write keys and values below it", "an object");
        return;
    }
    if (timeout)
        check_timeout(&config, timeout);
    if (eager && eager->kind != YAML_BOOL)
        fail(&config, env->releases, eager, "Write true or false", "true or false");
    if (is_given(files) && !all_text(files))
        fail(&config, ray_releases(212, 0), files, "Write a list of text", "a list of text");
}

static const struct {
    const char *name;
    void (*check)(const struct env *env, const struct yaml_value *value);
} options[] = {
    {"conda", check_conda},
    {"config", check_config},
    {"env_vars", check_variables},
    {"excludes", check_excludes},
    {"pip", check_pip},
    {"py_modules", check_modules},
    {"uv", check_uv},
    {"working_dir", check_directory},
};

/* Python's truth: what `if runtime_env.get("pip")` sees. */
static bool is_true(const struct yaml_value *value)
{
    switch (value->kind) {
    case YAML_NULL:
        return false;
    case YAML_BOOL:
        return value->boolean;
    case YAML_INTEGER:
    case YAML_FLOAT:
        return value->number != 0;
    case YAML_STRING:
        return value->text.size > 0;
    case YAML_SEQUENCE:
    case YAML_MAPPING:
        break;
    }
    return value->count > 0;
}

/* An actor's runtime_env is laid over the application's, key by key. */
struct merged {
    const struct env *own;
    const struct yaml_value *outer; /* or NULL */
};

static const struct yaml_value *merged_option(const struct merged *merged, const char *name)
{
    const struct yaml_value *own = yaml_member(merged->own->mapping, name);

    own = own ? own : yaml_member(merged->outer, name);
    return is_given(own) ? own : NULL;
}

/* Up to 2.39 empty ones did not count, and there was no uv. */
static void check_one_installer(const struct merged *merged)
{
    const struct env *env = merged->own;
    const struct yaml_value *pip = merged_option(merged, "pip");
    const struct yaml_value *conda = merged_option(merged, "conda");
    bool more = !!pip + !!conda + !!merged_option(merged, "uv") > 1;
    bool both = pip && conda && is_true(pip) && is_true(conda);
    uint64_t releases = (more ? ray_releases(240, 0) : 0) | (both ? ray_releases(0, 239) : 0);

    ray_fault(env->check, env->stage, releases & env->releases, env->at,
              "Keep one; pip packages may stand in conda's dependencies",
              "takes only one of pip, uv and conda in a runtime_env");
}

/* Python's keyword arguments: null is as good as absent for these, and for no other key. */
static bool counts(const struct yaml_value *member)
{
    static const char *const arguments[] = {
        "conda",      "config", "container",   "env_vars",
        "image_uri",  "nsight", "pip",         "py_executable",
        "py_modules", "uv",     "working_dir", "worker_process_setup_hook"};

    if (member->kind != YAML_NULL)
        return true;
    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++)
        if (strcmp(member->key, arguments[i]) == 0)
            return false;
    return true;
}

/*
 * The releases that refuse the key beside an image. 2.24 took nothing beside it, 2.30 takes config
 * and 2.36 env_vars; what 2.25 to 2.29 do with config is not known.
 */
static uint64_t refused_beside_image(const char *key, const char *image)
{
    if (strcmp(key, image) == 0)
        return 0;
    if (strcmp(key, "config") == 0)
        return ray_releases(0, 224);
    return strcmp(key, "env_vars") == 0 ? ray_releases(0, 235) : ray_releases(0, 0);
}

static uint64_t refused_keys(const struct yaml_value *mapping, const char *image)
{
    uint64_t refused = 0;

    for (const struct yaml_value *key = mapping ? mapping->first : NULL; key; key = key->next)
        if (counts(key))
            refused |= refused_beside_image(key->key, image);
    return refused;
}

static void check_image(const struct merged *merged, const char *name, int since)
{
    const struct env *env = merged->own;
    const struct yaml_value *image = merged_option(merged, name);
    uint64_t releases;

    if (!image || !is_true(image))
        return;
    releases = refused_keys(env->mapping, name) | refused_keys(merged->outer, name);
    ray_fault(env->check, env->stage, releases & env->releases & ray_releases(since, 0), env->at,
              "Put what the code needs into the image",
              "takes only config and env_vars beside %s in a runtime_env", name);
}

static void check_options(const struct env *env)
{
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const struct yaml_value *value = option(env, options[i].name);

        if (value)
            options[i].check(env, value);
    }
}

static void check_combinations(const struct merged *merged)
{
    check_one_installer(merged);
    check_image(merged, "container", 0);
    check_image(merged, "image_uri", 224);
}

uint64_t ray_rule_runtime_env(struct ray_check *check, const struct ray_place *place)
{
    const struct yaml_value *mapping = ray_read_mapping(check->arena, place->value);
    struct env env = {check, mapping, place->at, place->releases, RAY_STAGE_APPLY};
    uint64_t wrong;

    if (!mapping)
        return 0;
    wrong = check_uris(&env);
    env.releases &= ~wrong;
    check_options(&env);
    check_combinations(&(struct merged){&env, NULL});
    return wrong;
}

/*
 * The merge updates the application's env_vars with the actor's: one that is there and no object
 * fails, even null.
 */
static void check_merged_variables(const struct env *env, const struct yaml_value *variables)
{
    if (variables && variables->kind != YAML_MAPPING && !is_true(variables))
        fail(env, env->releases, variables, "Remove env_vars, or write {}", "an object");
}

uint64_t ray_rule_actor_runtime_env(struct ray_check *check, const struct ray_place *place)
{
    const struct ray_frame *deployment = place->frame->up;
    const struct ray_frame *application = deployment ? deployment->up : NULL;
    const struct yaml_value *mapping = ray_read_mapping(check->arena, place->value);
    struct env env = {check, mapping, place->at, place->releases, RAY_STAGE_DEPLOY};
    const struct yaml_value *outer =
        application ? yaml_member(application->value, "runtime_env") : NULL;
    uint64_t wrong;

    if (!mapping)
        return 0;
    wrong = check_uris(&env);
    env.releases &= ~wrong;
    check_options(&env);
    check_combinations(&(struct merged){&env, outer});
    check_merged_variables(&env, yaml_member(mapping, "env_vars"));
    return wrong;
}
