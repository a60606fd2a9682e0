/* SPDX-License-Identifier: Apache-2.0 */
#include "ray/demand_value.h"

#include <math.h>
#include <stdlib.h>

static bool decimal(struct bytes text, double *ret)
{
    char copy[48], *end;

    if (text.size == 0 || text.size >= sizeof copy)
        return false;
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    if (copy[strspn(copy, "0123456789+-.eE")])
        return false;
    *ret = strtod(copy, &end);
    return !*end;
}

bool value_number(const struct yaml_value *value, double *ret)
{
    if (!value)
        return false;
    if (value->kind == YAML_STRING)
        return decimal(value->text, ret);
    *ret = value->kind == YAML_BOOL ? value->boolean : value->number;
    return value->kind == YAML_INTEGER || value->kind == YAML_FLOAT || value->kind == YAML_BOOL;
}

bool value_amount(const struct yaml_value *value, bool bytes, int64_t *ret)
{
    double number;

    if (!value_number(value, &number) || !(number >= 0))
        return false;
    if (bytes)
        number = floor(number);
    number *= RAY_ONE; /* fixed_point.h: static_cast<int64_t>(d * 10000) */
    *ret = number < 9.2e18 ? (int64_t)number : RAY_UNLIMITED - 1;
    return true;
}

bool value_is_too_fine(const struct yaml_value *value)
{
    double number;

    return value_number(value, &number) && number > 0 && number < 1.0 / RAY_ONE;
}

bool value_is_null(const struct yaml_value *value)
{
    return !value || value->kind == YAML_NULL;
}

void resources_add(struct ray_resources *list, const char *name, int64_t amount)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i].name, name) != 0)
            continue;
        list->items[i].amount = amount_add(list->items[i].amount, amount);
        return;
    }
    if (amount > 0)
        list->items[list->count++] = (struct ray_resource){name, amount};
}

int64_t resources_amount(const struct ray_resources *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].name, name) == 0)
            return list->items[i].amount;
    return 0;
}

bool resources_read(struct arena *arena, const struct yaml_value *mapping, size_t spare,
                    struct ray_resources *ret)
{
    bool mapped = mapping && mapping->kind == YAML_MAPPING, good = mapped || value_is_null(mapping);
    size_t room = mapped && mapping->count < RESOURCES_MAX ? mapping->count : RESOURCES_MAX;

    *ret = (struct ray_resources){
        .items = arena_array(arena, (mapped ? room : 0) + spare, sizeof *ret->items)};
    for (const struct yaml_value *each = mapped ? mapping->first : NULL; each && ret->items;
         each = each->next) {
        int64_t amount = 0;
        bool read = value_amount(each, strcmp(each->key, "memory") == 0, &amount);

        if (read && amount > 0 && ret->count < room)
            ret->items[ret->count++] = (struct ray_resource){each->key, amount};
        else
            good = good && read && amount == 0;
    }
    return good && ret->items;
}
