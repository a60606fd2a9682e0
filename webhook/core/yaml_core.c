/* SPDX-License-Identifier: Apache-2.0 */
#include "core/yaml_core.h"

#include "core/yaml_number.h"

static const struct {
    const char *text;
    enum yaml_kind kind;
} words[] = {
    {"", YAML_NULL},       {"~", YAML_NULL},      {"null", YAML_NULL},   {"Null", YAML_NULL},
    {"NULL", YAML_NULL},   {"true", YAML_BOOL},   {"True", YAML_BOOL},   {"TRUE", YAML_BOOL},
    {"false", YAML_BOOL},  {"False", YAML_BOOL},  {"FALSE", YAML_BOOL},  {".nan", YAML_FLOAT},
    {".NaN", YAML_FLOAT},  {".NAN", YAML_FLOAT},  {".inf", YAML_FLOAT},  {".Inf", YAML_FLOAT},
    {".INF", YAML_FLOAT},  {"+.inf", YAML_FLOAT}, {"+.Inf", YAML_FLOAT}, {"+.INF", YAML_FLOAT},
    {"-.inf", YAML_FLOAT}, {"-.Inf", YAML_FLOAT}, {"-.INF", YAML_FLOAT},
};

static bool is_prefixed(struct bytes text, char letter, const char *digits)
{
    size_t at = 2;

    if (text.size < 3 || text.data[0] != '0' || text.data[1] != letter)
        return false;
    while (at < text.size && text.data[at] && strchr(digits, text.data[at]))
        at++;
    return at == text.size;
}

enum yaml_kind yaml_core_kind(struct bytes plain)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (bytes_are(plain, words[i].text))
            return words[i].kind;
    if (yaml_looks_like_float(plain) || is_prefixed(plain, 'o', "01234567") ||
        is_prefixed(plain, 'x', "0123456789abcdefABCDEF"))
        return YAML_FLOAT;
    return YAML_STRING;
}
