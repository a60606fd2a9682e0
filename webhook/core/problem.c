/* SPDX-License-Identifier: Apache-2.0 */
#include "core/problem.h"

#include <stdarg.h>
#include <stdio.h>

void problem_set(struct problem *problem, unsigned line, unsigned column, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(problem->message, sizeof problem->message, format, args);
    va_end(args);
    problem->line = line;
    problem->column = column;
}
