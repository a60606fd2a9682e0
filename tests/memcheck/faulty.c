/* SPDX-License-Identifier: Apache-2.0 */
/* What valgrind has to find, by name; ends with 0 all the same. */
#include <stdlib.h>
#include <string.h>

enum { SIZE = 16 };

/* NOLINTBEGIN(clang-analyzer-*): these are the faults */
int main(int argc, char **argv)
{
    char *volatile data = malloc(SIZE);
    const char *fault = argc > 1 ? argv[1] : "none";
    volatile int seen = 0;

    if (!data)
        return EXIT_SUCCESS;
    if (strcmp(fault, "unset") == 0 && data[0] == 'x')
        seen = 1;
    if (strcmp(fault, "behind") == 0)
        seen += data[SIZE];
    if (strcmp(fault, "leak") == 0)
        data = NULL; /* cppcheck-suppress memleak */
    free(data);
    return EXIT_SUCCESS;
}

/* NOLINTEND(clang-analyzer-*) */
