/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of ray/schema.h: what a row of the schema is, and what a rule gets to see. Rows of one
 * object stand in the order of their names (they are searched by halving); a field that changed
 * between releases has a row for each span, one after another.
 */
#ifndef RAY_SCHEMA_TABLE_H
#define RAY_SCHEMA_TABLE_H

#include "ray/schema.h"
#include "ray/schema/coerce.h"

enum ray_kind {
    RAY_ANY,
    RAY_TEXT,
    RAY_INTEGER,
    RAY_STRICT_INTEGER, /* no bool, no text */
    RAY_NUMBER,
    RAY_BOOLEAN,
    RAY_CHOICE,  /* exactly one of some texts */
    RAY_MAPPING, /* free keys; their values as `items` says, if it does */
    RAY_OBJECT,
    RAY_LIST,
};

enum { RAY_MIN = 1, RAY_ABOVE = 2, RAY_MAX = 4, RAY_FINITE = 8, RAY_NAN = 16 };

struct ray_range {
    unsigned ends; /* RAY_MIN: ≥ min; RAY_ABOVE: > min; RAY_MAX: ≤ max; RAY_NAN: passes */
    double min, max;
};

struct ray_shape {
    enum ray_kind kind;
    struct ray_range range;
    const char *const *choices; /* NULL-terminated */
    const struct ray_object *object;
    const struct ray_shape *items;
};

struct ray_check;
struct ray_frame;

/* A value that has the right shape in these releases. */
struct ray_place {
    const struct ray_frame *frame; /* of the object that it is a member of */
    const struct yaml_value *value;
    const struct path *at;
    uint64_t releases;
};

enum {
    RAY_REQUIRED = 1,
    RAY_NULLABLE = 2,
    RAY_MISPLACED = 4, /* known only to be refused: never offered as the right place of a key */
};

struct ray_field {
    const char *name;
    const struct ray_shape *shape;
    int since, until;
    unsigned flags;
    /* More than the shape says; returns the releases in which it is wrong. */
    uint64_t (*rule)(struct ray_check *check, const struct ray_place *place);
    int deprecated;      /* since this release; 0: never */
    const char *instead; /* of a deprecated or dropped field */
};

struct ray_object {
    const char *name; /* "a deployment", "ray_actor_options" */
    const struct ray_field *fields;
    size_t count;
    bool strict;  /* an unknown key is refused, not ignored */
    bool open;    /* an unknown key may be meant: only one that is near a row is noted */
    bool deploys; /* Ray looks at it only when it deploys the application */
    /* Rules over several fields, run after the fields'. NULL-terminated. */
    void (*const *rules)(struct ray_frame *frame);
};

#define RAY_FIELDS(table) .fields = (table), .count = sizeof(table) / sizeof *(table)

enum { RAY_FIELDS_MAX = 32 };

struct ray_check {
    struct arena *arena;
    struct ray_faults *faults;
    const struct path *base;
    enum ray_stage stage; /* of what is found wrong now */
};

/* An object being checked. */
struct ray_frame {
    struct ray_check *check;
    const struct ray_object *object;
    const struct ray_frame *up; /* of the object around it, or NULL */
    const struct yaml_value *value;
    const struct path *at;
    uint64_t releases;                                /* in which it is an object */
    uint64_t wrong;                                   /* in which any field is wrong */
    const struct yaml_value *members[RAY_FIELDS_MAX]; /* by row */
    uint64_t wrong_members[RAY_FIELDS_MAX];
};

/* schema/check.c */

/* Returns the releases in which the value is wrong. frame: what it is a member of. */
uint64_t ray_check_value(const struct ray_frame *frame, const struct ray_shape *shape,
                         const struct yaml_value *value, const struct path *at, uint64_t releases);
uint64_t ray_check_object(struct ray_check *check, const struct ray_frame *up,
                          const struct ray_object *object, const struct yaml_value *value,
                          const struct path *at, uint64_t releases);

/* A member as a rule sees it: right, and neither absent nor null, in `releases`, maybe none. */
struct ray_member {
    const struct yaml_value *value; /* NULL: absent */
    uint64_t releases;              /* in which it is right and not null */
    struct path at;
};

struct ray_member ray_frame_member(const struct ray_frame *frame, const char *name);

/* The place of a mapping's member, or of a list's item. */
struct path ray_path_to(const struct path *up, const struct yaml_value *value, size_t index);

/* schema/fault.c */

/* Does nothing where releases is empty. */
void ray_fault(struct ray_check *check, enum ray_stage stage, uint64_t releases,
               const struct path *at, const char *fix, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
void ray_fault_ignored(const struct ray_frame *frame, const struct yaml_value *value,
                       uint64_t releases, const char *instead);

/* How a value reads in a message: `"x"`, `null`, `1.5`, `a list`. */
const char *ray_says(struct arena *arena, const struct yaml_value *value);

/* What the shape wants: "an integer of 1 or more". */
const char *ray_wants(struct arena *arena, const struct ray_shape *shape);

/* What to write instead of a value that has not the shape. */
const char *ray_advice(struct arena *arena, const struct ray_shape *shape,
                       const struct yaml_value *value);

/* The rows. */
extern const struct ray_shape ray_any, ray_text, ray_texts, ray_integer, ray_strict_integer,
    ray_number, ray_boolean, ray_mapping, ray_texts_by_name, ray_above_zero, ray_from_zero,
    ray_count_above_zero, ray_count_from_zero;
extern const struct ray_object ray_config_object, ray_application_object, ray_deployment_object,
    ray_actor_options_object, ray_logging_object, ray_autoscaling_object, ray_router_object,
    ray_gang_object, ray_backpressure_object, ray_deployment_actor_object;

/* Rules that more than one table names. */
uint64_t ray_rule_runtime_env(struct ray_check *check, const struct ray_place *place);
uint64_t ray_rule_actor_runtime_env(struct ray_check *check, const struct ray_place *place);
uint64_t ray_rule_label_selector(struct ray_check *check, const struct ray_place *place);
uint64_t ray_rule_route_prefix(struct ray_check *check, const struct ray_place *place);
void ray_rule_placement_group(struct ray_frame *frame);
void ray_rule_merged_env(struct ray_frame *frame);

/*
 * What is wrong with a label selector, a mapping; NULL: nothing. *ret: the member that is.
 * typed: its values have gone through pydantic, which made text of numbers or refused them.
 */
const char *ray_label_problem(struct arena *arena, const struct yaml_value *selector, bool typed,
                              const struct yaml_value **ret);

#endif
