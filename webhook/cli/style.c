/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/style.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const struct {
    const char *sign, *ascii;
} signs[] = {
    {"×", "x"}, {"→", "->"}, {"…", "..."}, {"≥", ">="}, {"≤", "<="},
    {"–", "-"}, {"■", "#"},  {"□", "."},   {"◧", "?"},  {"✗", "!"},
};

static const char *const codes[TINT_COUNT] = {
    [TINT_PLAIN] = "",           [TINT_STRONG] = "\033[1m", [TINT_FAINT] = "\033[2m",
    [TINT_DENY] = "\033[1;31m",  [TINT_WARN] = "\033[33m",  [TINT_GOOD] = "\033[32m",
    [TINT_STRUCK] = "\033[2;9m",
};

static bool is_set(const char *name)
{
    const char *value = getenv(name);

    return value && *value;
}

static bool is_dumb_terminal(void)
{
    const char *terminal = getenv("TERM");

    return !terminal || strcmp(terminal, "dumb") == 0;
}

/* Wider lines read badly, and in narrower ones hardly a word has room. */
static size_t width_of_stdout(void)
{
    enum { USUAL = 80, LEAST = 30, MOST = 120 };
    struct winsize size = {0};

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return USUAL;
    return size.ws_col < LEAST ? LEAST : size.ws_col > MOST ? MOST : size.ws_col;
}

struct style style_of_stdout(void)
{
    bool has_locale = setlocale(LC_CTYPE, "") != NULL;

    return (struct style){
        .colour = isatty(STDOUT_FILENO) && !is_set("NO_COLOR") && !is_dumb_terminal(),
        .unicode = has_locale && strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
        .width = width_of_stdout(),
    };
}

/* C0, DEL, and C1, which UTF-8 writes as c2 80 to c2 9f. */
static size_t control_size(const char *at)
{
    unsigned char c = (unsigned char)*at, next = c ? (unsigned char)at[1] : 0;

    if (c < 0x20 || c == 0x7f)
        return 1;
    return c == 0xc2 && next >= 0x80 && next < 0xa0 ? 2 : 0;
}

static const char *ascii_for(const char *at, size_t *ret_size)
{
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        *ret_size = strlen(signs[i].sign);
        if (strncmp(at, signs[i].sign, *ret_size) == 0)
            return signs[i].ascii;
    }
    return NULL;
}

const char *style_text(const struct style *style, struct arena *arena, const char *text)
{
    struct text out = text_new(arena);

    while (*text) {
        size_t size = control_size(text);
        const char *instead = size ? "?" : NULL;

        if (!instead && !style->unicode && (unsigned char)*text >= 0x80)
            instead = ascii_for(text, &size);
        if (instead)
            text_puts(&out, instead);
        else
            text_putc(&out, *text);
        text += instead ? size : 1;
    }
    return text_string(&out);
}

void style_put(const struct style *style, struct text *out, enum tint tint, const char *text)
{
    bool coloured = style->colour && *codes[tint];

    text_puts(out, coloured ? codes[tint] : "");
    text_puts(out, text);
    text_puts(out, coloured ? "\033[0m" : "");
}
