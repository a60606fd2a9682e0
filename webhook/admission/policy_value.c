/* SPDX-License-Identifier: Apache-2.0 */
#include "admission/policy_value.h"

#include "core/nearest.h"
#include "core/plain.h"
#include "core/yaml_core.h"
#include "rules/rule.h"

bool policy_wrong(const struct policy_reader *reader, const struct path *at,
                  struct policy_mark mark, const char *format, ...)
{
    struct text line = text_new(reader->arena), plain = text_new(reader->arena);
    va_list args;

    path_field(&line, at);
    if (line.size)
        text_puts(&line, ": ");
    va_start(args, format);
    text_puts(&line, arena_vprintf(reader->arena, format, args));
    va_end(args);
    text_plain(&plain, text_bytes(&line), sizeof reader->problem->message - 1);
    problem_set(reader->problem, mark.line, mark.column, "%s", text_string(&plain));
    return false;
}

/* What a scalar says, as it is written: `off` means what it looks like. NULL: no scalar. */
static const char *scalar(const struct policy_reader *reader, const struct yaml_value *value)
{
    if (value->kind != YAML_STRING && !(value->plain && value->kind < YAML_STRING))
        return NULL;
    if (value->kind == YAML_NULL ||
        (value->text.size && memchr(value->text.data, 0, value->text.size)))
        return NULL;
    return arena_copy(reader->arena, value->text);
}

bool policy_not_so(const struct policy_reader *reader, const struct path *at,
                   const struct yaml_value *value, const char *write)
{
    const char *is = scalar(reader, value);

    if (is)
        return policy_wrong(reader, at, mark_of(value), "\"%.40s\": write %s", is, write);
    return policy_wrong(reader, at, mark_of(value), "write %s", write);
}

/* --- scalars
 * -------------------------------------------------------------------------------------- */

/*
 * What both say it is, yaml.v2 and the YAML 1.2 of editors. 2.50 is a number to both: what another
 * tool writes back is 2.5.
 */
static bool is_core(const struct yaml_value *value, enum yaml_kind kind)
{
    return !value->plain || yaml_core_kind(value->text) == kind;
}

static bool read_switch(const struct policy_reader *reader, const struct path *at,
                        const struct yaml_value *value, unsigned char *ret)
{
    if (yaml_is(value, policy_level_names[POLICY_AUDIT]))
        *ret = POLICY_INJECT_AUDIT;
    else if (value->kind == YAML_BOOL && is_core(value, YAML_BOOL))
        *ret = value->boolean ? POLICY_INJECT : POLICY_INJECT_NOT;
    else
        return policy_not_so(reader, at, value, "true, false or audit");
    return true;
}

static bool read_word(const struct policy_reader *reader, const struct path *at,
                      const struct yaml_value *value, const char *word, const char **ret)
{
    if (!yaml_is(value, word))
        return policy_not_so(reader, at, value, word);
    *ret = word;
    return true;
}

static bool read_text(const struct policy_reader *reader, const struct path *at,
                      const struct yaml_value *value, const struct policy_form *form,
                      const char **ret)
{
    const char *text = scalar(reader, value);

    if (!text || !form->good(text))
        return policy_not_so(reader, at, value, form->write);
    if (!is_core(value, YAML_STRING))
        return policy_wrong(reader, at, mark_of(value),
                            "%.40s is no text to YAML: write it in quotes, \"%.40s\"", text, text);
    *ret = text;
    return true;
}

/* 010: eight to the one, ten to the other. */
static bool has_zero_in_front(const struct yaml_value *value)
{
    struct bytes text = value->text;

    if (!value->plain)
        return false;
    (void)(bytes_take(&text, '-') || bytes_take(&text, '+'));
    return bytes_take(&text, '0') && text.size && *text.data >= '0' && *text.data <= '9';
}

static bool read_count(const struct policy_reader *reader, const struct path *at,
                       const struct yaml_value *value, struct limit_most *ret)
{
    if (value->kind != YAML_INTEGER || !is_core(value, YAML_FLOAT) || value->integer < 0 ||
        value->integer > INT32_MAX)
        return policy_not_so(reader, at, value, "a whole number, 0 or more");
    if (has_zero_in_front(value))
        return policy_not_so(reader, at, value, "it without the zero in front");
    *ret = (struct limit_most){true, value->integer};
    return true;
}

static bool read_release(const struct policy_reader *reader, const struct path *at,
                         const struct yaml_value *value, const struct policy_form *form,
                         struct ray_release *ret)
{
    const char *text = "";

    if (!read_text(reader, at, value, form, &text))
        return false;
    *ret = ray_release_parse(text);
    return true;
}

static int digits(const char *text, int count)
{
    int number = 0;

    for (int i = 0; i < count; i++)
        number = number * 10 + (text[i] - '0');
    return number;
}

static int days_in(int year, int month)
{
    static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return month == 2 && leap ? 29 : days[month - 1];
}

/* 2027-01-31 as 20270131; 0 if there is no such day. */
static int32_t day_of(const char *text)
{
    static const char form[] = "dddd-dd-dd";
    int year, month, day;

    for (size_t i = 0; i < sizeof form; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9';

        if (form[i] == 'd' ? !digit : text[i] != form[i])
            return 0;
    }
    year = digits(text, 4);
    month = digits(text + 5, 2);
    day = digits(text + 8, 2);
    if (month < 1 || month > 12 || day < 1 || day > days_in(year, month))
        return 0;
    return year * 10000 + month * 100 + day;
}

static bool read_date(const struct policy_reader *reader, const struct path *at,
                      const struct yaml_value *value, int32_t *ret)
{
    const char *text = scalar(reader, value);

    *ret = text ? day_of(text) : 0;
    return *ret || policy_not_so(reader, at, value, "a day like 2027-01-31");
}

/* --- names of rules, and levels
 * ------------------------------------------------------------------- */

static bool unknown_rule(const struct policy_reader *reader, const struct path *at,
                         struct policy_mark mark, const char *name)
{
    struct nearest nearest = nearest_to(name);

    for (size_t i = 0; i < rule_count(); i++)
        nearest_offer(&nearest, rule_at(i)->name);
    if (nearest.best)
        return policy_wrong(reader, at, mark, "there is no rule \"%.40s\"; did you mean %s?", name,
                            nearest.best);
    return policy_wrong(reader, at, mark,
                        "there is no rule \"%.40s\"; see rayservice-webhook rules", name);
}

/* From first on. */
static bool find_level(const char *text, unsigned char first, unsigned char *ret)
{
    for (unsigned char i = first; text && i <= POLICY_DENY; i++) {
        if (strcmp(text, policy_level_names[i]) == 0) {
            *ret = i;
            return true;
        }
    }
    return false;
}

static bool read_level(const struct policy_reader *reader, const struct path *at,
                       const struct yaml_value *value, unsigned char *ret)
{
    /* To YAML `off` is false, and that is what is left of it behind a template. */
    bool is_false = value->kind == YAML_BOOL && !value->boolean && is_core(value, YAML_BOOL);
    const char *text = is_false ? policy_level_names[POLICY_OFF] : scalar(reader, value);

    return find_level(text, POLICY_DEFAULT, ret) ||
           policy_not_so(reader, at, value, "deny, warn, audit, off or default");
}

static bool read_at_most(const struct policy_reader *reader, const struct path *at,
                         const struct yaml_value *value, unsigned char *ret)
{
    return find_level(scalar(reader, value), POLICY_AUDIT, ret) ||
           policy_not_so(reader, at, value, "deny, warn or audit");
}

static bool read_rule_level(const struct policy_reader *reader, const struct path *up,
                            const struct yaml_value *value, unsigned char *of_rule)
{
    size_t index = rule_index(value->key);
    const struct path *at = PATH_KEY(up, value->key);

    if (index >= rule_count())
        return unknown_rule(reader, up, mark_of_key(value), value->key);
    if (!read_level(reader, at, value, &of_rule[index]))
        return false;
    if (of_rule[index] == POLICY_DENY && !policy_can_deny(index))
        return policy_wrong(
            reader, at, mark_of(value),
            "this rule speaks while injecting, where nothing is denied: write warn, audit "
            "or off");
    return true;
}

static bool read_levels(const struct policy_reader *reader, const struct path *at,
                        const struct yaml_value *value, struct policy_levels *ret)
{
    unsigned char *of_rule = arena_array(reader->arena, rule_count(), sizeof *of_rule);

    if (value->kind != YAML_MAPPING)
        return policy_not_so(reader, at, value, "a mapping: {worker-without-replica: warn}");
    if (!of_rule)
        return false;
    for (const struct yaml_value *each = value->first; each; each = each->next) {
        bool good = strcmp(each->key, "*") == 0
                        ? read_level(reader, PATH_KEY(at, each->key), each, &ret->others)
                        : read_rule_level(reader, at, each, of_rule);

        if (!good)
            return false;
    }
    ret->of_rule = of_rule;
    return true;
}

static bool is_rule(const char *name)
{
    return strcmp(name, "*") == 0 || rule_find(name);
}

static const struct policy_form rule_form = {is_rule, "a rule's name, or \"*\"", NULL};

static bool read_item(const struct policy_reader *reader, const struct path *at,
                      const struct yaml_value *value, const struct policy_form *form,
                      const char **ret)
{
    const char *text = scalar(reader, value);

    if (text && form == &rule_form && !is_rule(text))
        return unknown_rule(reader, at, mark_of(value), text);
    return read_text(reader, at, value, form, ret);
}

static bool read_texts(const struct policy_reader *reader, const struct path *at,
                       const struct yaml_value *value, const struct policy_form *form,
                       struct limit_texts *ret)
{
    const char **items = arena_array(reader->arena, value->count, sizeof *items);
    size_t count = 0;

    if (value->kind != YAML_SEQUENCE)
        return policy_not_so(reader, at, value, "a list: [a, b]");
    for (const struct yaml_value *each = value->first; each && items; each = each->next, count++)
        if (!read_item(reader, PATH_INDEX(at, count), each, form, &items[count]))
            return false;
    *ret = (struct limit_texts){true, items, count};
    return items || !count;
}

bool policy_read_value(const struct policy_reader *reader, const struct path *at,
                       const struct yaml_value *value, const struct policy_field *field, void *ret)
{
    switch (field->kind) {
    case POLICY_SWITCH:
        return read_switch(reader, at, value, ret);
    case POLICY_WORD:
        return read_word(reader, at, value, field->example, ret);
    case POLICY_TEXT:
        return read_text(reader, at, value, field->form, ret);
    case POLICY_COUNT:
        return read_count(reader, at, value, ret);
    case POLICY_RELEASE:
        return read_release(reader, at, value, field->form, ret);
    case POLICY_DATE:
        return read_date(reader, at, value, ret);
    case POLICY_TEXTS:
        return read_texts(reader, at, value, field->form, ret);
    case POLICY_RULES:
        return read_texts(reader, at, value, &rule_form, ret);
    case POLICY_LEVELS:
        return read_levels(reader, at, value, ret);
    case POLICY_AT_MOST:
        return read_at_most(reader, at, value, ret);
    case POLICY_OBJECT:
    case POLICY_OBJECTS:
    default:
        return false;
    }
}
