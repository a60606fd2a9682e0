/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Schema draft 7: what the language servers of YAML read. */
#include "admission/policy_fields.h"
#include "rules/rule.h"

/* Days that there are, with leap years: 1900 is none, 2000 is one. */
#define LEAP_YEAR "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)"
#define DATE_PATTERN                                                                               \
    "^([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|"     \
    "02-(0[1-9]|1[0-9]|2[0-8]))|" LEAP_YEAR "-02-29)$"

static void put_shape(struct text *out, const struct policy_shape *shape, int depth);

static void new_line(struct text *out, int depth)
{
    text_printf(out, "\n%*s", 2 * depth, "");
}

static void put_names(struct text *out, int depth)
{
    for (size_t i = 0; i < rule_count(); i++) {
        text_putc(out, ',');
        new_line(out, depth);
        text_json(out, rule_at(i)->name);
    }
}

static void put_level_names(struct text *out, enum policy_level first, enum policy_level last)
{
    text_puts(out, "\"enum\": [");
    for (int i = (int)first; i <= (int)last; i++)
        text_printf(out, "\"%s\", ", policy_level_names[i]);
}

/* And false: what `off` is to the YAML of Kubernetes. */
static void put_rule_levels(struct text *out, enum policy_level last)
{
    put_level_names(out, POLICY_DEFAULT, last);
    text_puts(out, "false]");
}

static void put_levels(struct text *out, int depth)
{
    text_puts(out, "\"type\": [\"object\", \"null\"], \"additionalProperties\": false, "
                   "\"properties\": {");
    new_line(out, depth + 1);
    text_puts(out, "\"*\": {");
    put_rule_levels(out, POLICY_DENY);
    text_putc(out, '}');
    for (size_t i = 0; i < rule_count(); i++) {
        text_putc(out, ',');
        new_line(out, depth + 1);
        text_json_key(out, rule_at(i)->name);
        text_puts(out, " {\"description\": ");
        text_json(out, rule_at(i)->summary);
        text_puts(out, ", ");
        put_rule_levels(out, policy_can_deny(i) ? POLICY_DENY : POLICY_WARN);
        text_putc(out, '}');
    }
    new_line(out, depth);
    text_putc(out, '}');
}

static void put_form(struct text *out, const struct policy_form *form)
{
    text_printf(out, "\"type\": \"string\", \"pattern\": \"%s\"", form->pattern);
}

static void put_type(struct text *out, const struct policy_field *field, int depth)
{
    switch (field->kind) {
    case POLICY_SWITCH:
        text_puts(out, "\"enum\": [true, false, \"audit\", null]");
        break;
    case POLICY_WORD:
        text_printf(out, "\"const\": \"%s\"", field->example);
        break;
    case POLICY_TEXT:
        put_form(out, field->form);
        break;
    case POLICY_COUNT:
        text_printf(out, "\"type\": [\"integer\", \"null\"], \"minimum\": 0, \"maximum\": %d",
                    INT32_MAX);
        break;
    case POLICY_RELEASE:
        text_printf(out, "\"type\": [\"string\", \"null\"], \"pattern\": \"%s\"",
                    field->form->pattern);
        break;
    case POLICY_DATE:
        text_puts(out, "\"type\": \"string\", \"pattern\": \"" DATE_PATTERN "\"");
        break;
    case POLICY_TEXTS:
        text_printf(out, "\"type\": %s, \"items\": {",
                    field->required ? "\"array\"" : "[\"array\", \"null\"]");
        put_form(out, field->form);
        text_putc(out, '}');
        break;
    case POLICY_RULES:
        text_puts(out, "\"type\": \"array\", \"items\": {\"enum\": [\"*\"");
        put_names(out, depth + 1);
        text_puts(out, "]}");
        break;
    case POLICY_LEVELS:
        put_levels(out, depth);
        break;
    case POLICY_AT_MOST:
        put_level_names(out, POLICY_AUDIT, POLICY_DENY);
        text_puts(out, "null]");
        break;
    case POLICY_OBJECT:
        text_puts(out, "\"type\": [\"object\", \"null\"], ");
        put_shape(out, field->part, depth);
        break;
    case POLICY_OBJECTS:
    default:
        text_puts(out, "\"type\": [\"array\", \"null\"], \"items\": {\"type\": \"object\", ");
        put_shape(out, field->part, depth);
        text_putc(out, '}');
    }
}

static void put_required(struct text *out, const struct policy_shape *shape)
{
    const char *before = "\"required\": [";

    for (size_t i = 0; i < shape->count; i++) {
        if (!shape->fields[i].required)
            continue;
        text_printf(out, "%s\"%s\"", before, shape->fields[i].name);
        before = ", ";
    }
    if (*before == ',')
        text_puts(out, "], ");
}

static void put_shape(struct text *out, const struct policy_shape *shape, int depth)
{
    put_required(out, shape);
    text_puts(out, "\"additionalProperties\": false, \"properties\": {");
    for (size_t i = 0; i < shape->count; i++) {
        const struct policy_field *field = &shape->fields[i];

        if (i)
            text_putc(out, ',');
        new_line(out, depth + 1);
        text_json_key(out, field->name);
        text_puts(out, " {\"description\": ");
        text_json(out, field->help);
        text_puts(out, ", ");
        put_type(out, field, depth + 1);
        text_putc(out, '}');
    }
    new_line(out, depth);
    text_putc(out, '}');
}

void policy_schema_write(struct text *out)
{
    text_puts(out, "{\"$schema\": \"http://json-schema.org/draft-07/schema#\", "
                   "\"title\": \"The policy of rayservice-webhook\", \"type\": \"object\", ");
    put_shape(out, &policy_shape, 0);
    text_puts(out, "}\n");
}
