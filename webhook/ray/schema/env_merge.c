/* SPDX-License-Identifier: Apache-2.0 */
/* What stands together in a runtime_env, also after an actor's was laid over the application's. */
#include "ray/schema/env.h"

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
    const struct ray_env *own;
    const struct yaml_value *outer; /* or NULL */
    bool actor;                     /* the merge leaves an env_vars, maybe empty */
};

static const struct yaml_value *merged_option(const struct merged *merged, const char *name)
{
    const struct yaml_value *own = yaml_member(merged->own->mapping, name);

    own = own ? own : yaml_member(merged->outer, name);
    return own && own->kind != YAML_NULL ? own : NULL;
}

/* Up to 2.39 empty ones did not count, and there was no uv. */
static void check_one_installer(const struct merged *merged)
{
    const struct ray_env *env = merged->own;
    const struct yaml_value *pip = merged_option(merged, "pip");
    const struct yaml_value *conda = merged_option(merged, "conda");
    bool more = !!pip + !!conda + !!merged_option(merged, "uv") > 1;
    bool both = pip && conda && is_true(pip) && is_true(conda);
    uint64_t releases = (more ? ray_releases(240, 0) : 0) | (both ? ray_releases(0, 239) : 0);

    ray_fault(env->check, env->stage, releases & env->releases, env->at,
              "keep one; pip packages may stand in conda's dependencies",
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
    const struct ray_env *env = merged->own;
    const struct yaml_value *image = merged_option(merged, name);
    uint64_t releases;

    if (!image || !is_true(image))
        return;
    releases = refused_keys(env->mapping, name) | refused_keys(merged->outer, name);
    if (merged->actor)
        releases |= refused_beside_image("env_vars", name);
    ray_fault(env->check, env->stage, releases & env->releases & ray_releases(since, 0), env->at,
              "put what the code needs into the image",
              "takes only config and env_vars beside %s in a runtime_env", name);
}

static void check_images(const struct merged *merged)
{
    check_image(merged, "container", 0);
    check_image(merged, "image_uri", 224);
}

void ray_env_check_merged(const struct ray_env *env, const struct yaml_value *outer)
{
    struct merged merged = {env, outer, env->stage == RAY_STAGE_DEPLOY};

    check_one_installer(&merged);
    check_images(&merged);
}

/*
 * For each deployment that is listed, Ray lays the actor's runtime_env over the application's. It
 * updates the application's env_vars, which fails if they are there and no object, even null; and
 * there are env_vars then, which were not allowed beside an image up to 2.35.
 */
void ray_rule_merged_env(struct ray_frame *frame)
{
    struct ray_member given = ray_frame_member(frame, "runtime_env");
    struct ray_member deployments = ray_frame_member(frame, "deployments");
    struct ray_env env = {frame->check, NULL, &given.at, given.releases & deployments.releases,
                          RAY_STAGE_DEPLOY};
    const struct yaml_value *variables;

    if (!env.releases || !deployments.value->count)
        return;
    env.mapping = ray_read_mapping(frame->check->arena, given.value);
    variables = yaml_member(env.mapping, "env_vars");
    if (variables && variables->kind != YAML_MAPPING && !is_true(variables))
        ray_env_fail(&env, env.releases, variables, "remove env_vars, or write {}", "an object");
    check_images(&(struct merged){&env, NULL, true});
}
