/* SPDX-License-Identifier: Apache-2.0 */
#include "core/nearest.h"

#include <stdbool.h>
#include <string.h>

enum { LONGEST = 64 };

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* One cell of the table of optimal string alignment: rows are the prefixes of a. */
static size_t cell(size_t rows[3][LONGEST + 1], const char *a, size_t i, const char *b, size_t j)
{
    const size_t *before = rows[(i + 2) % 3], *now = rows[i % 3];
    size_t cost = lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1;
    size_t best = least(least(before[j] + 1, now[j - 1] + 1), before[j - 1] + cost);

    if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
        best = least(best, rows[(i + 1) % 3][j - 2] + 1);
    return best;
}

static size_t distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t rows[3][LONGEST + 1];

    for (size_t j = 0; j <= b_size; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_size; i++) {
        rows[i % 3][0] = i;
        for (size_t j = 1; j <= b_size; j++)
            rows[i % 3][j] = cell(rows, a, i, b, j);
    }
    return rows[a_size % 3][b_size];
}

/* One error in three letters: `chekc` is check, and `run` is not bug. */
static bool near_enough(size_t errors, size_t size)
{
    return errors < size && errors <= (size + 2) / 3;
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
    size_t word_size = strlen(nearest->word), size = strlen(candidate), errors;

    if (word_size > LONGEST || size > LONGEST)
        return;
    errors = distance(nearest->word, word_size, candidate, size);
    if (!near_enough(errors, least(word_size, size)))
        return;
    if (nearest->best && nearest->distance <= errors)
        return;
    nearest->best = candidate;
    nearest->distance = errors;
}
