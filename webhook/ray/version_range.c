/* SPDX-License-Identifier: Apache-2.0 */
#include "ray/version_range.h"

enum { LONGEST_RELEASE = 20 };

struct bound {
    char sign; /* of the comparison: <, > or = */
    bool or_equal;
    bool any_patch;
    struct ray_release release;
};

static bool read_release(const char *text, size_t size, struct bound *bound)
{
    char release[LONGEST_RELEASE + 1] = "";

    if (size > LONGEST_RELEASE || text[strspn(text, "0123456789.")] != text[size])
        return false;
    memcpy(release, text, size);
    bound->release = ray_release_parse(release);
    bound->any_patch = strchr(release, '.') == strrchr(release, '.');
    return ray_release_known(bound->release);
}

/* One bound, up to a comma; moves behind that. */
static bool read_bound(const char **at, struct bound *bound)
{
    const char *text = *at + strspn(*at, " ");
    size_t size;

    *bound = (struct bound){.sign = '=', .or_equal = true};
    if (*text == '<' || *text == '>') {
        bound->sign = *text++;
        bound->or_equal = *text == '=';
    }
    text += *text == '=';
    text += strspn(text, " ");
    size = strcspn(text, " ,");
    if (!read_release(text, size, bound))
        return false;
    text += size;
    text += strspn(text, " ");
    *at = text + (*text == ',');
    return !*text || (*text == ',' && text[1]);
}

static bool holds(const struct bound *bound, struct ray_release release)
{
    int order;

    if (bound->any_patch)
        release.patch = 0;
    order = ray_release_compare(release, bound->release);
    if (order == 0)
        return bound->or_equal;
    return bound->sign == (order < 0 ? '<' : '>');
}

bool version_range_is_good(const char *range)
{
    struct bound bound;

    do {
        if (!read_bound(&range, &bound))
            return false;
    } while (*range);
    return true;
}

bool version_range_has(const char *range, struct ray_release release)
{
    struct bound bound;

    do {
        if (!read_bound(&range, &bound) || !holds(&bound, release))
            return false;
    } while (*range);
    return true;
}
