/* SPDX-License-Identifier: Apache-2.0 */
#include "server/policies.h"

#include "server/file_mark.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct policy_generation {
    struct policy policy;
    atomic_uint holders;
    struct arena *arena; /* of what the policy points to */
};

struct policies {
    const struct policy_flags *flags;
    struct file_mark mark;
    pthread_mutex_t lock; /* of current */
    struct policy_generation *current;
};

struct policies *policies_new(const struct policy_flags *flags)
{
    struct policies *policies = calloc(1, sizeof *policies);

    if (!policies)
        return NULL;
    policies->flags = flags;
    pthread_mutex_init(&policies->lock, NULL);
    return policies;
}

void policies_release(struct policy_generation *generation)
{
    if (!generation || atomic_fetch_sub(&generation->holders, 1) > 1)
        return;
    arena_free(generation->arena);
    free(generation);
}

void policies_free(struct policies *policies)
{
    if (!policies)
        return;
    policies_release(policies->current);
    pthread_mutex_destroy(&policies->lock);
    free(policies);
}

struct policy_generation *policies_hold(struct policies *policies)
{
    struct policy_generation *current;

    pthread_mutex_lock(&policies->lock);
    current = policies->current;
    atomic_fetch_add(&current->holders, 1);
    pthread_mutex_unlock(&policies->lock);
    return current;
}

const struct policy *policies_policy(const struct policy_generation *generation)
{
    return &generation->policy;
}

/* All of it, or -1 with errno set: EFBIG if it is larger than size. */
static ssize_t read_whole(int fd, char *data, size_t size)
{
    size_t used = 0;
    ssize_t count;

    do {
        count = read(fd, data + used, size - used);
        if (count > 0)
            used += (size_t)count;
    } while ((count > 0 && used < size) || (count < 0 && errno == EINTR));
    if (count > 0)
        errno = EFBIG;
    return count == 0 ? (ssize_t)used : -1;
}

/* False with errno set. */
static bool read_file(const char *path, char *data, size_t room, size_t *ret)
{
    /* A pipe without a writer would keep the server waiting. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), error;
    ssize_t size;

    if (fd < 0)
        return false;
    size = read_whole(fd, data, room);
    error = errno;
    (void)close(fd);
    errno = error;
    *ret = (size_t)size;
    return size >= 0;
}

static bool parse(const char *path, struct bytes text, struct policy_generation *generation,
                  struct problem *problem)
{
    struct problem reason = {.line = 0};
    const struct policy *policy = policy_read(generation->arena, text, &reason);

    if (policy) {
        generation->policy = *policy;
        return true;
    }
    if (reason.line)
        problem_set(problem, reason.line, reason.column, "%.60s:%u:%u: %s", path, reason.line,
                    reason.column, reason.message);
    else
        problem_set(problem, 0, 0, "%.60s: %s", path, reason.message);
    return false;
}

static bool read_policy(const char *path, struct policy_generation *generation,
                        struct problem *problem)
{
    enum { ROOM = POLICY_LARGEST + 1 };

    char *data = malloc(ROOM);
    size_t size = 0;
    bool good = false;

    generation->arena = arena_new(POLICY_ARENA_LIMIT);
    if (!data || !generation->arena)
        problem_set(problem, 0, 0, "no memory");
    else if (!read_file(path, data, ROOM, &size))
        problem_set(problem, 0, 0, "can not read %.120s: %s", path, strerror(errno));
    else
        good = parse(path, (struct bytes){data, size}, generation, problem);
    free(data);
    return good;
}

static struct policy_generation *read_generation(const struct policy_flags *flags,
                                                 struct problem *problem)
{
    struct policy_generation *generation = calloc(1, sizeof *generation);

    if (!generation) {
        problem_set(problem, 0, 0, "no memory");
        return NULL;
    }
    atomic_init(&generation->holders, 1);
    generation->policy = policy_default;
    if ((!flags->file || read_policy(flags->file, generation, problem)) &&
        policy_read_kuberay(flags, &generation->policy.kuberay, problem))
        return generation;
    policies_release(generation);
    return NULL;
}

bool policies_changed(struct policies *policies)
{
    struct file_mark now = file_mark_of(policies->flags->file);
    bool changed = !file_mark_same(&now, &policies->mark);

    policies->mark = now;
    return changed;
}

/* A file that is being written is not one to read; who writes for long is looked at again. */
static struct policy_generation *read_quiet(struct policies *policies, struct problem *problem)
{
    enum { TRIES = 3 };
    struct policy_generation *next = NULL;

    for (int i = 0; i < TRIES; i++) {
        /* Looked at before it is read: what is written in between shows at the next look. */
        (void)policies_changed(policies);
        next = read_generation(policies->flags, problem);
        if (!policies_changed(policies))
            return next;
        policies_release(next);
    }
    policies->mark = (struct file_mark){0};
    problem_set(problem, 0, 0, "%.120s is being written", policies->flags->file);
    return NULL;
}

bool policies_load(struct policies *policies, struct problem *problem)
{
    struct policy_generation *next = read_quiet(policies, problem), *last;

    if (!next)
        return false;
    pthread_mutex_lock(&policies->lock);
    last = policies->current;
    policies->current = next;
    pthread_mutex_unlock(&policies->lock);
    policies_release(last);
    return true;
}
