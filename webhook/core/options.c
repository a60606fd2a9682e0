/* SPDX-License-Identifier: Apache-2.0 */
#include "core/options.h"

#include "core/nearest.h"
#include "core/options_value.h"

struct reader {
    struct arena *arena;
    const struct command *command;
    void *settings;
    bool *given; /* on the command line; one for each option */
    char **arguments;
    size_t count, next;
    struct problem *problem;
};

/* The problem shows the beginning of a long value only. */
static bool set(const struct reader *reader, const struct option *option, const char *source,
                const char *value)
{
    const char *wanted = option_set(reader->arena, option, reader->settings, value);

    if (wanted)
        problem_set(reader->problem, 0, 0, "%s %.48s: must be %s", source, value, wanted);
    return !wanted;
}

static bool set_defaults(const struct reader *reader)
{
    for (size_t i = 0; i < reader->command->option_count; i++) {
        const struct option *option = &reader->command->options[i];

        option_clear(option, reader->settings);
        if (option->standard && !set(reader, option, option->name, option->standard))
            return false;
    }
    return true;
}

static bool set_list(const struct reader *reader, const struct option *option, const char *source,
                     const char *value)
{
    while (*value) {
        struct bytes item = {value, strcspn(value, ",")};

        if (item.size && !set(reader, option, source, arena_copy(reader->arena, item)))
            return false;
        value += item.size + (value[item.size] == ',');
    }
    return true;
}

/* An empty variable is as good as none: manifests and shells set those by accident. */
static bool set_from_environment(const struct reader *reader, char *(*environment)(const char *))
{
    for (size_t i = 0; i < reader->command->option_count; i++) {
        const struct option *option = &reader->command->options[i];
        const char *source = option_environment(reader->arena, option);
        const char *value = reader->given[i] ? NULL : environment(source);
        bool is_list = option->kind == OPTION_LIST;

        if (!value || !*value)
            continue;
        option_clear(option, reader->settings);
        if (!(is_list ? set_list : set)(reader, option, source, value))
            return false;
    }
    return true;
}

/* The first on the command line replaces the default; a list then grows. */
static bool set_given(const struct reader *reader, const struct option *option, const char *value)
{
    bool *given = &reader->given[option - reader->command->options];
    const char *source = arena_printf(reader->arena, "--%s", option->name);

    if (!*given)
        option_clear(option, reader->settings);
    *given = true;
    return set(reader, option, source, value);
}

static bool named(const struct option *option, struct bytes name)
{
    return strlen(option->name) == name.size && memcmp(option->name, name.data, name.size) == 0;
}

static const struct option *find_name(const struct command *command, struct bytes name)
{
    for (size_t i = 0; i < command->option_count; i++) {
        if (named(&command->options[i], name))
            return &command->options[i];
    }
    return NULL;
}

static const struct option *find_letter(const struct command *command, char letter)
{
    for (size_t i = 0; i < command->option_count; i++) {
        if (command->options[i].letter == letter)
            return &command->options[i];
    }
    return NULL;
}

static bool unknown_name(const struct reader *reader, struct bytes name)
{
    struct nearest nearest = nearest_to(arena_copy(reader->arena, name));
    const char *hint = "see --help";

    for (size_t i = 0; i < reader->command->option_count; i++)
        nearest_offer(&nearest, reader->command->options[i].name);
    nearest_offer(&nearest, "help");
    if (nearest.best)
        hint = arena_printf(reader->arena, "did you mean --%s?", nearest.best);
    problem_set(reader->problem, 0, 0, "there is no flag --%.48s; %s", nearest.word, hint);
    return false;
}

/* The next argument. One that looks like a flag means that the value was forgotten. */
static const char *next_value(struct reader *reader, const struct option *option)
{
    const char *value = reader->next < reader->count ? reader->arguments[reader->next] : NULL;

    if (value && strncmp(value, "--", 2) != 0) {
        reader->next++;
        return value;
    }
    problem_set(reader->problem, 0, 0, "--%s needs a value: --%s %s", option->name, option->name,
                option->argument ? option->argument : "VALUE");
    return NULL;
}

/* attached: the value behind `=` or a letter; NULL if there is none. */
static bool read_option(struct reader *reader, const struct option *option, const char *attached)
{
    if (!attached && option->kind == OPTION_FLAG)
        attached = "true";
    if (!attached)
        attached = next_value(reader, option);
    return attached && set_given(reader, option, attached);
}

static bool read_name(struct reader *reader, const char *argument)
{
    struct bytes name = {argument, strcspn(argument, "=")};
    const struct option *option = find_name(reader->command, name);

    if (!option)
        return unknown_name(reader, name);
    return read_option(reader, option, argument[name.size] ? argument + name.size + 1 : NULL);
}

static bool read_letter(struct reader *reader, const char *argument)
{
    const struct option *option = find_letter(reader->command, *argument);
    bool attached = argument[1] != '\0';

    if (!option || (attached && option->kind == OPTION_FLAG)) {
        problem_set(reader->problem, 0, 0, "there is no flag -%.48s; see --help", argument);
        return false;
    }
    return read_option(reader, option, attached ? argument + 1 : NULL);
}

static bool wants_help(const char *argument)
{
    return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0;
}

/* Arguments that are no flags move to the front, in their order: they are never more than those
 * that were read. */
static enum options_status read_arguments(struct reader *reader, struct option_rest *rest)
{
    bool flags = true;

    while (reader->next < reader->count) {
        char *argument = reader->arguments[reader->next++];

        if (!flags || argument[0] != '-' || !argument[1]) {
            rest->items[rest->count++] = argument;
        } else if (strcmp(argument, "--") == 0) {
            flags = false;
        } else if (wants_help(argument)) {
            return OPTIONS_HELP;
        } else if (!(argument[1] == '-' ? read_name(reader, argument + 2)
                                        : read_letter(reader, argument + 1))) {
            return OPTIONS_INVALID;
        }
    }
    return OPTIONS_OK;
}

static enum options_status out_of_memory(struct problem *problem)
{
    problem_set(problem, 0, 0, "out of memory");
    return OPTIONS_INVALID;
}

/* NOLINTNEXTLINE(readability-function-size): main()'s two, getenv() and what is filled */
enum options_status options_read(struct arena *arena, const struct command *command, int argc,
                                 char **argv, char *(*environment)(const char *), void *settings,
                                 struct option_rest *rest, struct problem *problem)
{
    size_t skipped = argc > 0 ? 1 : 0; /* the command's name */
    struct reader reader = {
        .arena = arena,
        .command = command,
        .settings = settings,
        .given = arena_array(arena, command->option_count + 1, sizeof(bool)),
        .arguments = argv + skipped,
        .count = (size_t)argc - skipped,
        .problem = problem,
    };
    enum options_status status;

    *rest = (struct option_rest){.items = reader.arguments};
    if (!reader.given)
        return out_of_memory(problem);
    if (!set_defaults(&reader))
        return OPTIONS_INVALID;
    status = read_arguments(&reader, rest);
    if (status != OPTIONS_OK)
        return status;
    if (environment && !set_from_environment(&reader, environment))
        return OPTIONS_INVALID;
    return arena_exhausted(arena) ? out_of_memory(problem) : OPTIONS_OK;
}
