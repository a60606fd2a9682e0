/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/policy.h"

#include "cli/files.h"
#include "cli/start.h"

#include <time.h>

struct reading {
    const struct command *command;
    struct chosen_policy *chosen;
    size_t files;
    bool good;
};

static void say(void *context, const char *name, const struct problem *problem)
{
    struct reading *reading = context;

    reading->good = false;
    if (problem->line)
        (void)complain(reading->command, "%s:%u:%u: %s", name, problem->line, problem->column,
                       problem->message);
    else
        (void)complain(reading->command, "%s: %s", name, problem->message);
}

static void read_text(void *context, const char *name, struct bytes text)
{
    struct reading *reading = context;
    struct chosen_policy *chosen = reading->chosen;
    const struct policy *policy;
    struct problem problem = {.line = 0};

    if (reading->files++)
        return;
    policy = policy_read(chosen->arena, text, &problem);
    if (policy)
        chosen->policy = *policy;
    else
        say(reading, name, &problem);
}

static bool read_policy(struct reading *reading, const char *file)
{
    const struct file_sink sink = {.context = reading, .file = read_text, .trouble = say};

    reading->chosen->arena = arena_new(POLICY_ARENA_LIMIT);
    if (!reading->chosen->arena) {
        (void)complain(reading->command, "out of memory");
        return false;
    }
    files_read(file, &sink);
    if (reading->good && reading->files != 1) {
        (void)complain(reading->command, "--policy %.200s: a policy is one file", file);
        return false;
    }
    return reading->good;
}

bool choose_policy(const struct command *command, const struct policy_flags *flags,
                   struct chosen_policy *ret, int *ret_code)
{
    struct reading reading = {.command = command, .chosen = ret, .good = true};
    struct problem problem;

    *ret = (struct chosen_policy){.policy = policy_default};
    *ret_code = EXIT_TROUBLE;
    if (flags->file && !read_policy(&reading, flags->file))
        return false;
    if (!policy_read_kuberay(flags, &ret->policy.kuberay, &problem)) {
        (void)complain(command, "%s", problem.message);
        return false;
    }
    ret->policy.today = policy_day(time(NULL));
    return true;
}
