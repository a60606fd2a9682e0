/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Ray thinks of a serveConfigV2, for every release at once: one pass over the config, and each
 * fault carries the set of releases in which it holds. The schema is rows (schema_*.c); a new
 * release of Ray is RAY_NEWEST plus the rows that it changes.
 *
 * Sources: Ray's serve/schema.py, serve/config.py and runtime_env validation of 2.9 to 2.60, and
 * their measured verdicts (tests/data/serve-config.jsonl).
 */
#ifndef RAY_SCHEMA_H
#define RAY_SCHEMA_H

#include "ray/serve_config.h"
#include "ray/version.h"

/* Releases as 100 * major + minor: patch releases of one minor are equal. */
enum { RAY_OLDEST = 209, RAY_NEWEST = 260 };

/* A set of releases: bit n is the n-th minor release after RAY_OLDEST. */
#define RAY_RELEASE_BIT(release) (UINT64_C(1) << ((release)-RAY_OLDEST))

/* From `since` to `until`, both included; 0: from the oldest, to the newest. Asked for every field.
 */
static inline uint64_t ray_releases(int since, int until)
{
    int first = since > RAY_OLDEST ? since - RAY_OLDEST : 0;
    int last = (until && until < RAY_NEWEST ? until : RAY_NEWEST) - RAY_OLDEST;

    if (first > last || last < 0)
        return 0;
    return (UINT64_MAX >> (63 - (last - first))) << first;
}

/* The set of one release; empty if no row knows it (older, newer, 3.0). */
uint64_t ray_release_set(struct ray_release release);

/* "2.52"; "2.10 to 2.54"; "2.46 and 2.52"; "2.9, 2.11, …" in the arena. "" for the empty set. */
const char *ray_releases_name(struct arena *arena, uint64_t releases);

enum ray_stage {
    RAY_STAGE_SCHEMA,     /* the PUT is refused: its body is not valid */
    RAY_STAGE_START,      /* the PUT is refused: the proxies can not be started with it */
    RAY_STAGE_APPLY,      /* the PUT is refused: the controller does not take it */
    RAY_STAGE_DEPLOY,     /* the PUT is taken, the application fails, whatever its code says */
    RAY_STAGE_RISK,       /* the same, unless the application's code says otherwise */
    RAY_STAGE_IGNORED,    /* a key that Ray drops in silence */
    RAY_STAGE_DEPRECATED, /* still read */
    RAY_STAGE_SURPRISE,   /* YAML read it as something else than it looks like */
    RAY_STAGES,
};

struct ray_object;

struct ray_fault {
    const struct ray_fault *next;
    enum ray_stage stage;
    uint64_t releases;
    const struct path *at; /* in the arena, with line and column of the value, else of the key */
    const char *message;   /* what follows "Ray 2.52 ": "wants a number above 0, not 0" */
    const char *fix;
    /* RAY_STAGE_IGNORED only: where the key stands, and what that stands in. */
    const struct ray_object *object, *outer;
};

/* A stage's faults, in the order of the text. Only the first RAY_FAULTS_KEPT are kept, and those
 * after them that are the first in some release. */
struct ray_fault_list {
    const struct ray_fault *first;
    const struct ray_fault **last;
    size_t kept, count;
    uint64_t releases; /* with any fault of the stage */
};

enum { RAY_FAULTS_KEPT = 100 };

struct ray_faults {
    struct ray_fault_list of[RAY_STAGES];
};

/*
 * root: the document, a mapping; anything else is read as an empty one. at: its place.
 * False if the arena is exhausted.
 */
bool ray_schema_check(struct arena *arena, const struct yaml_value *root, const struct path *at,
                      struct ray_faults *ret) __attribute__((warn_unused_result));

/* The same for a config as it was read: an empty one is {}, an unreadable one has no faults here.
 */
bool serve_config_check(struct arena *arena, const struct serve_config *config,
                        struct ray_faults *ret) __attribute__((warn_unused_result));

/* The union of the releases that refuse the PUT; and with those in which it fails for certain. */
uint64_t ray_faults_refused(const struct ray_faults *faults);
uint64_t ray_faults_failed(const struct ray_faults *faults);

/* What the object is called in messages: "deployment". */
const char *ray_object_name(const struct ray_object *object);

/* Calls see() with every field that the object has in one of the releases. */
void ray_object_fields(const struct ray_object *object, uint64_t releases,
                       void (*see)(void *context, const char *name), void *context);

/* The first release that has the field; 0 if none has. */
int ray_object_since(const struct ray_object *object, const char *name);

/* Keys that are in no row may be meant: runtime_env's plugins. */
bool ray_object_open(const struct ray_object *object);

/* The object of the field, if it is an object or a list of objects; NULL if it has none. */
const struct ray_object *ray_object_member(const struct ray_object *object, const char *name);

#endif
