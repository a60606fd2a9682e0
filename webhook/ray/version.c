/* SPDX-License-Identifier: Apache-2.0 */
#include "ray/version.h"

enum { MOST_DIGITS = 5 };

static bool read_number(const char **at, int *ret)
{
    const char *start = *at;

    for (*ret = 0; **at >= '0' && **at <= '9' && *at - start <= MOST_DIGITS; (*at)++)
        *ret = *ret * 10 + (**at - '0');
    return *at > start && *at - start <= MOST_DIGITS;
}

/* `2.52` or `2.52.0`; *text is left behind it, and 0.0.0 is no release. */
static struct ray_release read_release(const char **text)
{
    struct ray_release release = {0};

    if (!read_number(text, &release.major) || **text != '.')
        return (struct ray_release){0};
    ++*text;
    if (!read_number(text, &release.minor))
        return (struct ray_release){0};
    if (**text == '.' && (*text)[1] >= '0' && (*text)[1] <= '9') {
        ++*text;
        if (!read_number(text, &release.patch))
            return (struct ray_release){0};
    }
    return release;
}

/*
 * `2.52`, `2.52.0`, `v2.52.0`, `2.52.0-py311`. Not `2.53.0rc1` or `3.0.0.dev0`: what those accept
 * is in no table.
 */
struct ray_release ray_release_parse(const char *text)
{
    struct ray_release release;

    text += strspn(text, " ");
    text += *text == 'v';
    release = read_release(&text);
    text += strspn(text, " ");
    return *text == '\0' || *text == '-' ? release : (struct ray_release){0};
}

struct ray_release ray_release_generic(const char *text)
{
    text += strspn(text, " \t\n\v\f\r");
    text += *text == 'v';
    return read_release(&text);
}

bool ray_release_known(struct ray_release release)
{
    return release.major > 0;
}

int ray_release_compare(struct ray_release a, struct ray_release b)
{
    if (a.major != b.major)
        return a.major < b.major ? -1 : 1;
    if (a.minor != b.minor)
        return a.minor < b.minor ? -1 : 1;
    return (a.patch > b.patch) - (a.patch < b.patch);
}

/* The last part of `registry:5000/team/ray:2.52.0@sha256:…`: name and tag. */
static const char *tag_of_ray_image(struct arena *arena, const char *image)
{
    static const char *const names[] = {"ray", "ray-ml", "ray-llm"};
    const char *slash = strrchr(image, '/'), *last = slash ? slash + 1 : image;
    size_t name = strcspn(last, ":@");

    if (last[name] != ':')
        return "";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *tag = last + name + 1;

        if (strlen(names[i]) == name && memcmp(last, names[i], name) == 0)
            return arena_copy(arena, (struct bytes){tag, strcspn(tag, "@")});
    }
    return "";
}

struct ray_versions ray_versions_of(struct arena *arena, const struct ray_service *service)
{
    const char *image = json_string(json_member(service->head.container, "image"));
    struct ray_versions versions = {.image_tag = ""};

    versions.declared = ray_release_parse(service->ray_version);
    if (image)
        versions.image_tag = tag_of_ray_image(arena, image);
    versions.image = ray_release_parse(versions.image_tag);
    return versions;
}
