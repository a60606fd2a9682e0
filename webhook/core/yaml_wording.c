/* SPDX-License-Identifier: Apache-2.0 */
#include "core/yaml_wording.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *theirs, *ours;
} wording[] = {
    {"found character that cannot start any token",
     "a value can not begin with this character; put it in quotes"},
    {"mapping values are not allowed in this context",
     "mapping values are not allowed here: a second `: ` in one line, or the indentation is off"},
    {"did not find expected key",
     "a key of this mapping was expected here: the indentation is off, or quotes are missing"},
    {"did not find expected '-' indicator",
     "the next `- ` of this list was expected here: the indentation is off"},
    {"could not find expected ':'", "this key has no `:`"},
    {"found unexpected end of stream", "the text ends inside quotes"},
    {"did not find expected ',' or ']'", "`,` or `]` was expected here"},
    {"did not find expected ',' or '}'", "`,` or `}` was expected here"},
    {"block sequence entries are not allowed in this context",
     "a list can not begin here; put it on a line of its own"},
    {"found unknown escape character",
     "there is no such escape in double quotes; write \\\\ for a backslash, or use single quotes"},
    {"did not find expected whitespace or line break", "a blank is missing here"},
};

const char *yaml_reword(const char *problem)
{
    for (size_t i = 0; i < sizeof wording / sizeof *wording; i++)
        if (strcmp(problem, wording[i].theirs) == 0)
            return wording[i].ours;
    return problem;
}
