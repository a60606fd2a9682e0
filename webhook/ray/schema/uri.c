/* SPDX-License-Identifier: Apache-2.0 */
#include "ray/schema/uri.h"

#include "ray/schema.h"

#include <strings.h>

/* A remote scheme names an archive. gcs:// was held to that from 2.60 on. */
static const struct scheme {
    const char *name;
    int since;
    int archive_since; /* 0: never */
} schemes[] = {
    {"abfss", 250, 250}, {"azure", 248, 248}, {"conda", 0, 0},    {"file", 0, 209},
    {"gcs", 0, 260},     {"gs", 0, 209},      {"http", 256, 256}, {"https", 0, 209},
    {"local", 260, 0},   {"pip", 0, 0},       {"s3", 0, 209},     {"uv", 240, 0},
};

static const struct archive {
    const char *suffix;
    int since, working_dir_until;
} archives[] = {
    {".zip", 0, 0}, {".whl", 0, 259}, {".tar.gz", 256, 0}, {".tgz", 256, 0}, {".tar.xz", 260, 0},
};

static bool is_scheme_character(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' ||
           c == '-' || c == '.';
}

/* As Python's urlsplit() reads it; NULL if it is a path. */
static const struct scheme *find_scheme(struct bytes *uri)
{
    size_t size = 0;

    while (uri->size && (unsigned char)*uri->data <= ' ') {
        uri->data++;
        uri->size--;
    }
    while (size < uri->size && is_scheme_character(uri->data[size]))
        size++;
    if (size == uri->size || uri->data[size] != ':')
        return NULL;
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (strlen(schemes[i].name) != size || strncasecmp(schemes[i].name, uri->data, size) != 0)
            continue;
        uri->data += size + 1;
        uri->size -= size + 1;
        return &schemes[i];
    }
    return NULL;
}

/* Host and path, without what follows `?` or `#`. */
static struct bytes without_query(struct bytes rest)
{
    size_t size = 0;

    if (rest.size >= 2 && memcmp(rest.data, "//", 2) == 0) {
        rest.data += 2;
        rest.size -= 2;
    }
    while (size < rest.size && rest.data[size] != '?' && rest.data[size] != '#')
        size++;
    return (struct bytes){rest.data, size};
}

static bool ends_with(struct bytes text, const char *suffix)
{
    size_t size = strlen(suffix);

    return text.size >= size && memcmp(text.data + text.size - size, suffix, size) == 0;
}

static uint64_t unpacked_by(struct bytes path, bool working_dir)
{
    for (size_t i = 0; i < sizeof archives / sizeof *archives; i++)
        if (ends_with(path, archives[i].suffix))
            return ray_releases(archives[i].since, working_dir ? archives[i].working_dir_until : 0);
    return 0;
}

/* local:// is a directory that is there already: an absolute path and no archive. */
static bool is_local_directory(struct bytes rest)
{
    if (rest.size < 3 || memcmp(rest.data, "//", 2) != 0)
        return false;
    rest.data += 2;
    rest.size -= 2;
    if (rest.size > 2 && rest.data[1] == ':' && (rest.data[2] == '/' || rest.data[2] == '\\'))
        return true;
    return rest.data[0] == '/' && !unpacked_by(rest, false);
}

uint64_t ray_uri_schemes(struct bytes uri)
{
    const struct scheme *scheme = find_scheme(&uri);

    if (!scheme || (strcmp(scheme->name, "local") == 0 && !is_local_directory(uri)))
        return 0;
    return ray_releases(scheme->since, 0);
}

uint64_t ray_uri_archives(struct bytes uri, bool working_dir)
{
    const struct scheme *scheme = find_scheme(&uri);
    uint64_t asked = scheme && scheme->archive_since ? ray_releases(scheme->archive_since, 0) : 0;

    return ~asked | unpacked_by(without_query(uri), working_dir);
}
