/* SPDX-License-Identifier: Apache-2.0 */
#include "core/options_value.h"

#include "core/quantity.h"

static bool number_read(struct bytes digits, int64_t *ret)
{
    int64_t number = 0;

    for (size_t i = 0; i < digits.size; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9' ||
            __builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, digits.data[i] - '0', &number))
            return false;
    }
    *ret = number;
    return digits.size > 0;
}

static const struct {
    const char *suffix;
    int64_t milliseconds;
} units[] = {{"h", 3600 * 1000}, {"m", 60 * 1000}, {"s", 1000}, {"ms", 1}};

enum { UNIT_COUNT = sizeof units / sizeof *units };

static bool duration_read(const char *value, int64_t *ret)
{
    size_t digits = strspn(value, "0123456789");
    int64_t number;

    if (!number_read((struct bytes){value, digits}, &number))
        return false;
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        if (strcmp(value + digits, units[i].suffix) == 0)
            return !__builtin_mul_overflow(number, units[i].milliseconds, ret);
    }
    *ret = 0;
    return number == 0 && !value[digits];
}

static const char *duration_text(struct arena *arena, int64_t milliseconds)
{
    size_t unit = 0;

    if (milliseconds == 0)
        return "0s";
    while (milliseconds % units[unit].milliseconds != 0)
        unit++;
    return arena_printf(arena, "%lld%s", (long long)(milliseconds / units[unit].milliseconds),
                        units[unit].suffix);
}

static const char *set_flag(struct arena *arena, const struct option *option, void *place,
                            const char *value)
{
    bool *flag = place;
    bool yes = strcmp(value, "true") == 0 || strcmp(value, "1") == 0;

    (void)arena, (void)option;
    if (!yes && strcmp(value, "false") != 0 && strcmp(value, "0") != 0)
        return "true or false";
    *flag = yes;
    return NULL;
}

static const char *set_string(struct arena *arena, const struct option *option, void *place,
                              const char *value)
{
    const char **string = place;

    (void)arena, (void)option;
    *string = value;
    return NULL;
}

static const char *set_list(struct arena *arena, const struct option *option, void *place,
                            const char *value)
{
    struct option_list *list = place;

    (void)option;
    if (list->count == OPTION_LIST_MAX)
        return arena_printf(arena, "one of at most %d", OPTION_LIST_MAX);
    list->items[list->count++] = value;
    return NULL;
}

static const char *set_number(struct arena *arena, const struct option *option, void *place,
                              const char *value)
{
    int64_t *number = place, read;

    if (!number_read(bytes_of(value), &read) || read < option->min || read > option->max)
        return arena_printf(arena, "a number from %lld to %lld", (long long)option->min,
                            (long long)option->max);
    *number = read;
    return NULL;
}

static const char *set_duration(struct arena *arena, const struct option *option, void *place,
                                const char *value)
{
    int64_t *duration = place, read;

    if (!duration_read(value, &read))
        return "a time with its unit, like 500ms, 10s, 2m or 1h";
    if (read < option->min || read > option->max)
        return arena_printf(arena, "a time from %s to %s", duration_text(arena, option->min),
                            duration_text(arena, option->max));
    *duration = read;
    return NULL;
}

/* As one would type it: in the largest unit that divides it. */
static const char *size_text(struct arena *arena, int64_t bytes)
{
    static const char *const suffixes[] = {"", "Ki", "Mi", "Gi"};
    size_t suffix = 0;

    while (bytes && bytes % 1024 == 0 && suffix + 1 < sizeof suffixes / sizeof *suffixes) {
        bytes /= 1024;
        suffix++;
    }
    return arena_printf(arena, "%lld%s", (long long)bytes, suffixes[suffix]);
}

static const char *set_size(struct arena *arena, const struct option *option, void *place,
                            const char *value)
{
    int64_t *size = place, read;

    if (!quantity_ceil(bytes_of(value), &read))
        return "a size in bytes or with its unit, like 64Mi or 1Gi";
    if (read < option->min || read > option->max)
        return arena_printf(arena, "a size from %s to %s", size_text(arena, option->min),
                            size_text(arena, option->max));
    *size = read;
    return NULL;
}

static const char *set_choice(struct arena *arena, const struct option *option, void *place,
                              const char *value)
{
    const char **string = place, *choice = option->choices;

    while (*choice) {
        size_t length = strcspn(choice, "|");

        if (length == strlen(value) && memcmp(choice, value, length) == 0) {
            *string = value;
            return NULL;
        }
        choice += length + (choice[length] == '|');
    }
    return arena_printf(arena, "one of %s", option->choices);
}

static const struct {
    size_t size;
    const char *(*set)(struct arena *, const struct option *, void *place, const char *value);
} kinds[] = {
    [OPTION_FLAG] = {sizeof(bool), set_flag},
    [OPTION_STRING] = {sizeof(const char *), set_string},
    [OPTION_LIST] = {sizeof(struct option_list), set_list},
    [OPTION_NUMBER] = {sizeof(int64_t), set_number},
    [OPTION_DURATION] = {sizeof(int64_t), set_duration},
    [OPTION_SIZE] = {sizeof(int64_t), set_size},
    [OPTION_CHOICE] = {sizeof(const char *), set_choice},
};

void option_clear(const struct option *option, void *settings)
{
    memset((char *)settings + option->offset, 0, kinds[option->kind].size);
}

const char *option_set(struct arena *arena, const struct option *option, void *settings,
                       const char *value)
{
    return kinds[option->kind].set(arena, option, (char *)settings + option->offset, value);
}

const char *option_environment(struct arena *arena, const struct option *option)
{
    struct text name = text_new(arena);

    text_put(&name, BYTES("RAYSERVICE_WEBHOOK_"));
    for (const char *c = option->name; *c; c++) {
        if (*c >= 'a' && *c <= 'z')
            text_putc(&name, (char)(*c - 'a' + 'A'));
        else
            text_putc(&name, *c == '-' ? '_' : *c);
    }
    return text_string(&name);
}
