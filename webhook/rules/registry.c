/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/families.h"
#include "rules/rule.h"

const struct rule_family *const rule_families[] = {
    &serve_config_family, &capacity_family, &kuberay_family, &proxy_family,
    &probe_family,        &head_family,     &policy_family,
};
const size_t rule_family_count = sizeof rule_families / sizeof *rule_families;

size_t rule_count(void)
{
    size_t count = 0;

    for (size_t i = 0; i < rule_family_count; i++)
        count += rule_families[i]->count;
    return count;
}

const struct rule *rule_at(size_t index)
{
    for (size_t i = 0; i < rule_family_count; i++) {
        if (index < rule_families[i]->count)
            return &rule_families[i]->rules[index];
        index -= rule_families[i]->count;
    }
    return NULL;
}

size_t rule_index(const char *name)
{
    size_t index = 0;

    for (size_t i = 0; i < rule_family_count; i++)
        for (size_t j = 0; j < rule_families[i]->count; j++, index++)
            if (strcmp(rule_families[i]->rules[j].name, name) == 0)
                return index;
    return (size_t)-1;
}

const struct rule *rule_find(const char *name)
{
    size_t index = rule_index(name);

    return index == (size_t)-1 ? NULL : rule_at(index);
}

void rule_begin(const char *name, struct findings *findings)
{
    size_t index = rule_index(name);

    findings_begin(findings, name, rule_at(index)->level, (unsigned)index);
}

static void run(const struct rule *rule, unsigned order, const struct rule_input *input,
                struct findings *findings)
{
    if (!rule->check)
        return;
    findings_begin(findings, rule->name, rule->level, order);
    rule->check(input, findings);
}

void rules_run(const struct rule_input *input, struct findings *findings)
{
    unsigned order = 0;

    for (size_t i = 0; i < rule_family_count; i++)
        for (size_t j = 0; j < rule_families[i]->count; j++)
            run(&rule_families[i]->rules[j], order++, input, findings);
}
