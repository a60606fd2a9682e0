/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A subcommand's flags as a table: one row makes the flag, its environment name, its line in --help
 * and in the manual. Pure: the environment is asked through a function.
 *
 * `--name value`, `--name=value`, and `-x value` where the row has a short name. A flag on the
 * command line wins over the environment, which wins over the row's default; an empty variable
 * counts as none. Kubernetes itself sets RAYSERVICE_WEBHOOK_PORT and …_SERVICE_* in Pods beside a
 * Service called rayservice-webhook: no option may be called `port` or `service-…`.
 */
#ifndef CORE_OPTIONS_H
#define CORE_OPTIONS_H

#include "core/problem.h"
#include "core/text.h"

#include <stdint.h>

enum option_kind {
    OPTION_FLAG,     /* bool */
    OPTION_STRING,   /* const char * */
    OPTION_LIST,     /* struct option_list: may be repeated; the environment's is split at commas */
    OPTION_NUMBER,   /* int64_t ≥ 0, between min and max */
    OPTION_DURATION, /* int64_t milliseconds: 500ms, 10s, 2m, 1h; between min and max */
    OPTION_SIZE,     /* int64_t bytes, a Kubernetes quantity: 64Mi, 1Gi; between min and max */
    OPTION_CHOICE,   /* const char *, one of `choices` */
};

enum { OPTION_LIST_MAX = 16 };

struct option_list {
    const char *items[OPTION_LIST_MAX];
    size_t count;
};

struct option {
    const char *name; /* without the dashes */
    char letter;      /* or 0 */
    enum option_kind kind;
    size_t offset;        /* of the value in the settings struct */
    const char *argument; /* what --help calls the value: "FILE" */
    const char *standard; /* the default, as it would be typed; NULL: none */
    int64_t min, max;
    const char *choices; /* "text|json" */
    const char *help;    /* one sentence, wrapped by the writer */
};

struct command {
    const char *name;    /* "serve" */
    const char *usage;   /* what follows the flags: "FILE|DIR|- ...", or "" */
    const char *summary; /* one line for the list of commands */
    const char *help;    /* a paragraph or two, a blank line between; no newline at the end */
    const char *example; /* lines to type; no newline at the end; or NULL */
    const struct option *options;
    size_t option_count;
    int (*run)(int argc, char **argv);     /* argv[0]: the command's name. Returns the exit code. */
    const struct command *const *commands; /* what its first argument names, up to NULL; or NULL */
};

/* The arguments that are no flags; items is argv's own. */
struct option_rest {
    char **items;
    size_t count;
};

enum options_status { OPTIONS_OK, OPTIONS_HELP, OPTIONS_INVALID };

/*
 * Fills settings from the defaults, the environment (RAYSERVICE_WEBHOOK_<NAME>, dashes as
 * underscores) and argv[1…]; what is left of argv goes to rest. `--` ends the flags.
 * getenv: as in stdlib.h, or NULL. Strings are argv's and the environment's own, unless split.
 */
enum options_status options_read(struct arena *arena, const struct command *command, int argc,
                                 char **argv, char *(*environment)(const char *), void *settings,
                                 struct option_rest *rest, struct problem *problem);

/* "Commands:" and a line for each, at most 80 columns. */
void options_commands(struct text *out, const struct command *const *commands, size_t count);

/* --help, at most 80 columns. */
void options_help(struct text *out, const char *program, const struct command *command);

/* The command's section of the manual page (man(7)), and those of its own commands. */
void options_manual(struct text *out, const char *program, const struct command *command);

#endif
