/* SPDX-License-Identifier: Apache-2.0 */
/* What YAML reads otherwise than it looks, and loses without a word. */
#include "rules/serve_config.h"

static void report_losses(const struct rule_input *input, struct findings *findings)
{
    const struct path *at = &input->service->serve_at;
    const struct yaml_loss *loss = input->config->document.losses;

    for (; loss; loss = loss->next)
        report(findings, PATH_AT(at, loss->lost_line, loss->lost_column), "remove one of them",
               "the key %s stands there twice: line %u counts, line %u is lost", loss->key,
               loss->line, loss->lost_line);
    if (input->config->document.ignored_line)
        report(findings, PATH_AT(at, input->config->document.ignored_line, 1),
               "put all of it into one document",
               "a second YAML document begins in line %u: KubeRay reads only the first",
               input->config->document.ignored_line);
}

/* A number with a leading zero is octal: 010 is 8. */
static bool is_octal(const struct yaml_value *value, int64_t *decimal)
{
    *decimal = 0;
    if (value->kind != YAML_INTEGER || !value->plain || value->text.size < 2 ||
        value->text.size > 18 || value->text.data[0] != '0')
        return false;
    for (size_t i = 1; i < value->text.size; i++) {
        if (value->text.data[i] < '0' || value->text.data[i] > '9')
            return false;
        *decimal = *decimal * 10 + (value->text.data[i] - '0');
    }
    return *decimal != value->integer;
}

static bool reads_otherwise(const struct yaml_value *value)
{
    size_t size = value->key ? strlen(value->key) : 0;

    return value->key && value->key_text.size &&
           (size != value->key_text.size || memcmp(value->key, value->key_text.data, size) != 0) &&
           !memchr(value->key_text.data, '\0', value->key_text.size);
}

static void look_at(const struct rule_input *input, const struct yaml_value *value,
                    const struct path *up, struct findings *findings)
{
    struct path at = *up;
    int64_t decimal;

    if (is_octal(value, &decimal)) {
        at.line = value->line;
        at.column = value->column;
        report(findings, &at,
               arena_printf(input->arena, "write %lld, or put it in quotes", (long long)decimal),
               "YAML reads %.*s as octal: it is %lld", (int)value->text.size, value->text.data,
               (long long)value->integer);
    }
    if (!reads_otherwise(value))
        return;
    at.line = value->key_line;
    at.column = value->key_column;
    report(findings, &at, "put the key in quotes", "YAML reads the key %.*s as %s",
           (int)(value->key_text.size < 40 ? value->key_text.size : 40), value->key_text.data,
           value->key);
}

/* As deep as the YAML reader lets a text be. */
static void walk(const struct rule_input *input, const struct yaml_value *container,
                 const struct path *at, struct findings *findings)
{
    size_t index = 0;

    for (const struct yaml_value *item = container->first; item; item = item->next) {
        struct path place =
            item->key ? path_child_key(at, item->key) : path_child_index(at, index++);

        look_at(input, item, &place, findings);
        walk(input, item, &place, findings);
    }
}

void serve_config_check_surprise(const struct rule_input *input, struct findings *findings)
{
    const struct serve_config *config = input->config;
    uint64_t releases = serve_config_releases(input), newest = serve_config_newest(releases);
    const struct ray_fault *fault = input->faults->of[RAY_STAGE_SURPRISE].first;

    if (config->state == SERVE_TOO_LARGE)
        report(findings,
               PATH_AT(&input->service->serve_at, config->problem.line, config->problem.column), "",
               "not checked: %s", config->problem.message);
    if (config->state != SERVE_READ)
        return;
    report_losses(input, findings);
    for (; fault; fault = fault->next)
        if (fault->releases & newest)
            report(findings, fault->at, fault->fix, "%s %s",
                   serve_config_ray(input->arena, fault->releases & releases), fault->message);
    walk(input, config->document.root, &config->at, findings);
}
