/* SPDX-License-Identifier: Apache-2.0 */
/* The version and what it was built with: the build system knows, so no layer is looked into. */
#include "cli/commands.h"
#include "cli/start.h"

static const struct {
    const char *name, *version;
} parts[] = {
    {"compiler", BUILD_COMPILER}, {"cJSON", BUILD_CJSON},   {"libyaml", BUILD_YAML},
    {"libmicrohttpd", BUILD_MHD}, {"GnuTLS", BUILD_GNUTLS}, {"OpenSSL", BUILD_OPENSSL},
};

static int run(int argc, char **argv)
{
    struct arena *arena = arena_new((size_t)1 << 20);
    struct option_rest rest;
    struct text out;
    int code;

    if (start(arena, &version_command, argc, argv, NULL, &rest, &code)) {
        out = text_new(arena);
        text_puts(&out, PROGRAM " " BUILD_VERSION "\n");
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
            text_printf(&out, "  %-13s  %s\n", parts[i].name, parts[i].version);
        code = finish(&out, EXIT_GOOD);
    }
    arena_free(arena);
    return code;
}

const struct command version_command = {
    .name = "version",
    .usage = "",
    .summary = "Show the version, and what it was built with",
    .help = "Shows the version, and the compiler and libraries it was built with.",
    .run = run,
};
