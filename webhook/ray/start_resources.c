/* SPDX-License-Identifier: Apache-2.0 */
#include "ray/start_resources.h"

#include "core/quantity.h"

#include <strings.h>

static const struct json_limits limits_of_resources = {.depth = 4, .values = 4096};

struct bytes quantity_text(struct arena *arena, const struct json *value)
{
    const char *string = json_string(value);
    struct text text = text_new(arena);

    if (string)
        return bytes_of(string);
    if (json_kind(value) == JSON_NUMBER)
        json_write(&text, value);
    return text_bytes(&text);
}

static size_t digits(const char *text)
{
    return strspn(text, "0123456789");
}

static bool ends_with(const char *text, const char *end, int (*compare)(const char *, const char *))
{
    size_t length = strlen(text), size = strlen(end);

    return length >= size && compare(text + length - size, end) == 0;
}

/* nvidia\.com/mig-\d+g\.\d+gb$ */
static bool is_mig_key(const char *key, int (*compare)(const char *, const char *, size_t))
{
    static const char mig[] = "nvidia.com/mig-";

    for (; *key; key++) {
        const char *rest = key + sizeof mig - 1;

        if (compare(key, mig, sizeof mig - 1) != 0 || !digits(rest))
            continue;
        rest += digits(rest);
        if (compare(rest, "g.", 2) != 0 || !digits(rest + 2))
            continue;
        rest += 2 + digits(rest + 2);
        if (compare(rest, "gb", sizeof "gb") == 0)
            return true;
    }
    return false;
}

bool is_gpu_key(const char *key)
{
    return ends_with(key, "gpu", strcmp) || is_mig_key(key, strncmp);
}

bool is_gpu_name(const char *name)
{
    return ends_with(name, "gpu", strcasecmp) || is_mig_key(name, strncasecmp);
}

const struct json *first_quantity(struct arena *arena, const struct json *quantities,
                                  bool (*passes)(const char *))
{
    const struct json *first = NULL;
    int64_t amount;

    for (const struct json *each = json_first(quantities); each; each = json_next(each))
        if (passes(json_key(each)) && quantity_ceil(quantity_text(arena, each), &amount) &&
            amount != 0 && (!first || strcmp(json_key(each), json_key(first)) < 0))
            first = each;
    return first;
}

static const char *accelerator_of(const char *key)
{
    if (strcmp(key, "aws.amazon.com/neuroncore") == 0)
        return "neuron_cores";
    return strcmp(key, "google.com/tpu") == 0 ? "TPU" : NULL;
}

static bool is_accelerator_key(const char *key)
{
    return accelerator_of(key);
}

static bool is_accelerator(const char *name)
{
    return strcmp(name, "TPU") == 0 || strcmp(name, "neuron_cores") == 0;
}

/* Ray wants whole numbers, and has its own flags for the first three. */
static bool usable(const char *name, int64_t amount)
{
    return amount >= 0 && amount % RAY_ONE == 0 && strcmp(name, "CPU") != 0 &&
           strcmp(name, "GPU") != 0 && strcmp(name, "memory") != 0;
}

static bool add(struct ray_resources *list, const char *name, int64_t amount)
{
    list->items[list->count++] = (struct ray_resource){name, amount};
    return usable(name, amount);
}

/* Go's map[string]float64. */
static bool is_map_of_numbers(const struct json *object)
{
    for (const struct json *each = json_first(object); each; each = json_next(each))
        if (json_kind(each) != JSON_NUMBER)
            return false;
    return json_kind(object) == JSON_OBJECT;
}

static bool read_map(struct arena *arena, const struct json *object, struct ray_resources *ret)
{
    bool good = true;

    *ret = (struct ray_resources){
        .items = arena_array(arena, json_count(object) + 1, sizeof *ret->items)};
    for (const struct json *each = json_first(object); ret->items && each; each = json_next(each)) {
        int64_t whole;

        good = json_integer(each, &whole) &&
               add(ret, arena_copy(arena, bytes_of(json_key(each))),
                   whole < 0 ? -1 : amount_times(whole, RAY_ONE)) &&
               good;
    }
    return good && ret->items;
}

static const struct json *parse(struct arena *arena, struct bytes text)
{
    const struct json *json;
    struct problem problem;

    return json_parse(arena, text, &limits_of_resources, &json, &problem) == JSON_OK &&
                   is_map_of_numbers(json)
               ? json
               : NULL;
}

bool ray_resources_read(struct arena *arena, struct bytes text, struct ray_resources *ret)
{
    const struct json *json = parse(arena, text);

    return json && read_map(arena, json, ret);
}

/* strings.Trim(value, "'\"` ") */
static struct bytes trim(const char *value)
{
    static const char cut[] = "'\"` ";
    size_t start = strspn(value, cut), end = strlen(value);

    while (end > start && strchr(cut, value[end - 1]))
        end--;
    return (struct bytes){value + start, end - start};
}

/* What bash makes of a word that is quoted as a whole; false if it is not, or expands something. */
static bool shell_word(struct arena *arena, const char *value, struct bytes *ret)
{
    struct text word = text_new(arena);
    size_t size = strlen(value);

    if (size < 2 || (*value != '\'' && *value != '"') || value[size - 1] != *value)
        return false;
    for (size_t i = 1; i < size - 1; i++) {
        if (value[i] == *value || (*value == '"' && strchr("$`", value[i])))
            return false;
        if (*value == '"' && value[i] == '\\' && strchr("\\\"$`", value[i + 1]) && ++i == size - 1)
            return false;
        text_putc(&word, value[i]);
    }
    *ret = text_bytes(&word);
    return true;
}

/* The group's own resources that are neither CPU nor memory nor a GPU. */
static bool is_custom(const char *key)
{
    return strcasecmp(key, "cpu") != 0 && strcasecmp(key, "memory") != 0 && !is_gpu_name(key);
}

static bool read_group(struct arena *arena, const struct json *quantities,
                       struct ray_resources *ret)
{
    bool good = true;

    *ret = (struct ray_resources){
        .items = arena_array(arena, json_count(quantities) + 1, sizeof *ret->items)};
    for (const struct json *each = json_first(quantities); ret->items && each;
         each = json_next(each)) {
        int64_t amount;

        if (is_custom(json_key(each)) &&
            quantity_ten_thousandths(quantity_text(arena, each), &amount))
            good = add(ret, json_key(each), amount) && good;
    }
    return good && ret->items;
}

static bool has_accelerator(const struct ray_resources *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (is_accelerator(list->items[i].name))
            return true;
    return false;
}

/* True if it was added: then KubeRay writes the whole flag itself. */
static bool add_accelerator(struct arena *arena, const struct json *limits, struct ray_start *start)
{
    const struct json *found = first_quantity(arena, limits, is_accelerator_key);
    int64_t amount;

    if (!found || has_accelerator(&start->own) ||
        !quantity_ten_thousandths(quantity_text(arena, found), &amount))
        return false;
    if (!add(&start->own, accelerator_of(json_key(found)), amount))
        start->resources_unknown = true;
    return true;
}

/* rayStartParams.resources goes to bash as it is, unless KubeRay has something to add. */
static bool user_resources(struct arena *arena, const char *value, const struct json *limits,
                           struct ray_start *start)
{
    const struct json *read = parse(arena, trim(value));
    struct bytes word;

    start->resources_unknown = read && !read_map(arena, read, &start->own);
    if (read && start->own.items && add_accelerator(arena, limits, start))
        return true;
    start->own = (struct ray_resources){0};
    start->resources_unknown =
        !shell_word(arena, value, &word) || !ray_resources_read(arena, word, &start->own);
    return read;
}

bool start_resources(struct arena *arena, const struct ray_group *group, const struct json *limits,
                     struct ray_start *start)
{
    const char *value = ray_start_param(group, "resources");

    start->resources_unknown = !read_group(arena, group->resources, &start->own);
    if (value && start->own.count == 0)
        return user_resources(arena, value, limits, start);
    if (start->own.items)
        (void)add_accelerator(arena, limits, start);
    return true;
}
