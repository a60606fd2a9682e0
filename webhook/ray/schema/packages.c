/* SPDX-License-Identifier: Apache-2.0 */
/* pip: and uv: of a runtime_env. */
#include "ray/schema/env.h"

void ray_env_fail(const struct ray_env *env, uint64_t releases, const struct yaml_value *value,
                  const char *fix, const char *wants)
{
    struct path at = ray_path_to(env->at, value, 0);

    ray_fault(env->check, env->stage, releases & env->releases, &at, fix, "wants %s, not %s", wants,
              ray_says(env->check->arena, value));
}

bool ray_all_text(const struct yaml_value *list)
{
    for (const struct yaml_value *item = list->first; item; item = item->next)
        if (item->kind != YAML_STRING)
            return false;
    return list->kind == YAML_SEQUENCE;
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

static void check_installer_field(const struct ray_env *env, const struct installer *installer,
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
            ray_env_fail(env, ray_releases(field->since, 0), value,
                         "see Ray's runtime_env reference",
                         field->kind == YAML_SEQUENCE ? "a list"
                         : field->kind == YAML_BOOL   ? "true or false"
                                                      : "text");
        else if (!packages && value->kind == YAML_SEQUENCE && !ray_all_text(value))
            ray_env_fail(env, ray_releases(field->since, 0), value, "write a list of text",
                         "a list of text");
    }
    ray_env_fail(env, unknown, value, "leave it out", "packages and its options here");
}

/* pip took any package that can be a key; uv wants text from 2.60 on. */
static void check_package(const struct ray_env *env, const struct installer *installer,
                          const struct yaml_value *item, const struct path *at)
{
    bool nested = item->kind == YAML_SEQUENCE || item->kind == YAML_MAPPING;
    uint64_t strict = installer == &uv_installer ? ray_releases(260, 0) : 0;

    if (item->kind != YAML_STRING)
        ray_fault(env->check, env->stage, env->releases & (nested ? ~UINT64_C(0) : strict), at,
                  "write its name", "wants a package's name, not %s",
                  ray_says(env->check->arena, item));
}

static void check_packages(const struct ray_env *env, const struct installer *installer,
                           const struct yaml_value *value)
{
    const struct yaml_value *packages = yaml_member(value, "packages");
    struct path at = ray_path_to(env->at, value, 0), list;
    size_t index = 0;

    for (const struct yaml_value *item = value->first; item; item = item->next)
        check_installer_field(&(struct ray_env){env->check, value, &at, env->releases, env->stage},
                              installer, item);
    if (!packages) {
        ray_fault(env->check, env->stage, env->releases, &at, "add packages: [...]",
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
static void check_installer(const struct ray_env *env, const struct installer *installer,
                            const struct yaml_value *value)
{
    struct ray_env since = *env;

    since.releases &= ray_releases(installer->since, 0);
    if (value->kind == YAML_MAPPING)
        check_packages(&since, installer, value);
    else if (value->kind != YAML_STRING && !ray_all_text(value))
        ray_env_fail(&since, since.releases, value, "write a list of package names",
                     "a list of package names");
}

void ray_env_check_pip(const struct ray_env *env, const struct yaml_value *value)
{
    check_installer(env, &pip_installer, value);
}

void ray_env_check_uv(const struct ray_env *env, const struct yaml_value *value)
{
    check_installer(env, &uv_installer, value);
}
