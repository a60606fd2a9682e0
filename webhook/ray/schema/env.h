/* SPDX-License-Identifier: Apache-2.0 */
/* One runtime_env being checked: of an application, or of ray_actor_options. */
#ifndef RAY_SCHEMA_ENV_H
#define RAY_SCHEMA_ENV_H

#include "ray/schema/table.h"

struct ray_env {
    struct ray_check *check;
    const struct yaml_value *mapping;
    const struct path *at;
    uint64_t releases;
    enum ray_stage stage; /* of all but the URIs */
};

/* "wants X, not Y" about a member. */
void ray_env_fail(const struct ray_env *env, uint64_t releases, const struct yaml_value *value,
                  const char *fix, const char *wants);

/* A list of text and nothing else. */
bool ray_all_text(const struct yaml_value *list);

/*
 * schema/env_merge.c. outer: the application's runtime_env, which an actor's is laid over, or NULL.
 */
void ray_env_check_merged(const struct ray_env *env, const struct yaml_value *outer);

/* schema/packages.c */
void ray_env_check_pip(const struct ray_env *env, const struct yaml_value *value);
void ray_env_check_uv(const struct ray_env *env, const struct yaml_value *value);

#endif
