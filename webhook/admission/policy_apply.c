/* SPDX-License-Identifier: Apache-2.0 */
#include "admission/policy_apply.h"

/* * is any text, ? one letter. Goes back to the last * only: no text makes it slow. */
static bool matches(const char *pattern, const char *text)
{
    const char *star = NULL, *from = NULL;

    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            from = text;
        } else if (*pattern == '?' || *pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++from;
        } else {
            return false;
        }
    }
    return !pattern[strspn(pattern, "*")];
}

static bool any_matches(const struct limit_texts *patterns, const char *text)
{
    for (size_t i = 0; i < patterns->count; i++)
        if (matches(patterns->items[i], text))
            return true;
    return false;
}

static void overlay(struct rule_limits *limits, const struct rule_limits *with)
{
    for (size_t i = 0; i < LIMIT_NUMBERS; i++)
        if (with->numbers[i].set)
            limits->numbers[i] = with->numbers[i];
    for (size_t i = 0; i < LIMIT_LISTS; i++)
        if (with->lists[i].set)
            limits->lists[i] = with->lists[i];
}

struct policy_view policy_view_of(struct arena *arena, const struct policy *policy,
                                  const char *namespace, const char *name)
{
    const struct policy_namespace *namespaces = policy->namespaces.items;
    struct policy_view view = {
        .policy = policy, .namespace = namespace, .name = name, .limits = policy->scope.limits};

    view.scopes = arena_array(arena, policy->namespaces.count + 1, sizeof *view.scopes);
    if (!view.scopes)
        return view;
    for (size_t i = policy->namespaces.count; i-- > 0;)
        if (any_matches(&namespaces[i].match, namespace))
            view.scopes[view.count++] = &namespaces[i].scope;
    view.scopes[view.count++] = &policy->scope;
    for (size_t i = view.count; i-- > 0;)
        overlay(&view.limits, &view.scopes[i]->limits);
    return view;
}

static enum policy_level said(const struct policy_levels *levels, unsigned rule)
{
    unsigned char level = levels->of_rule ? levels->of_rule[rule] : POLICY_UNSAID;

    return level == POLICY_UNSAID ? levels->others : level;
}

static const enum level levels[] = {[POLICY_OFF] = LEVEL_OFF,
                                    [POLICY_AUDIT] = LEVEL_AUDIT,
                                    [POLICY_WARN] = LEVEL_WARN,
                                    [POLICY_DENY] = LEVEL_DENY};

static enum level level_of(const struct policy_view *view, const struct finding *finding)
{
    enum policy_level level = POLICY_UNSAID;

    for (size_t i = 0; i < view->count && level == POLICY_UNSAID; i++)
        level = said(&view->scopes[i]->levels, finding->order);
    return level <= POLICY_DEFAULT ? finding->level : levels[level];
}

static bool names_rule(const struct limit_texts *rules, const char *rule)
{
    for (size_t i = 0; i < rules->count; i++)
        if (strcmp(rules->items[i], "*") == 0 || strcmp(rules->items[i], rule) == 0)
            return true;
    return false;
}

/* The exemption for it that holds longest. */
static const struct policy_exemption *exemption_of(const struct policy_view *view,
                                                   const struct finding *finding)
{
    const struct policy_exemption *items = view->policy->exemptions.items, *found = NULL;

    for (size_t i = 0; i < view->policy->exemptions.count; i++)
        if (matches(items[i].namespace, view->namespace) && matches(items[i].name, view->name) &&
            names_rule(&items[i].rules, finding->rule) && (!found || items[i].until > found->until))
            found = &items[i];
    return found;
}

static void exempt(const struct policy_view *view, struct arena *arena, struct finding *finding)
{
    const struct policy_exemption *exemption = exemption_of(view, finding);
    int day;

    if (!exemption)
        return;
    day = (int)exemption->until;
    if (view->policy->today > exemption->until) {
        finding->message = arena_printf(arena, "%s; its exemption ended on %04d-%02d-%02d",
                                        finding->message, day / 10000, day / 100 % 100, day % 100);
        return;
    }
    finding->level = LEVEL_WARN;
    finding->message = arena_printf(arena, "%s; exempt until %04d-%02d-%02d: %s", finding->message,
                                    day / 10000, day / 100 % 100, day % 100, exemption->reason);
}

void policy_apply(const struct policy_view *view, struct findings *findings)
{
    for (struct finding *each = findings->first; each; each = each->next) {
        each->level = level_of(view, each);
        if (each->level == LEVEL_DENY)
            exempt(view, findings->arena, each);
    }
    findings_drop_off(findings);
}

static enum level at_most(const struct policy_view *view)
{
    for (size_t i = 0; i < view->count; i++)
        if (view->scopes[i]->at_most != POLICY_UNSAID)
            return levels[view->scopes[i]->at_most];
    return LEVEL_DENY;
}

void policy_hold_back(const struct policy_view *view, struct findings *findings)
{
    enum level most = at_most(view);

    for (struct finding *each = findings->first; each; each = each->next) {
        each->due = each->level;
        if (each->level > most)
            each->level = most;
    }
}
