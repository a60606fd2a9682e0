/* SPDX-License-Identifier: Apache-2.0 */
#include "core/columns.h"
#include "core/options.h"
#include "core/options_value.h"
#include "core/wrap.h"

enum {
    WIDTH = 80,
    WIDEST_LEFT = 30, /* a flag that is wider than this has its help on the next line */
};

static void put_left(struct text *out, const struct option *option)
{
    if (option->letter)
        text_printf(out, "  -%c, --%s", option->letter, option->name);
    else
        text_printf(out, "      --%s", option->name);
    if (option->kind != OPTION_FLAG)
        text_printf(out, " %s", option->argument ? option->argument : "VALUE");
}

static const struct option help_option = {
    .name = "help", .letter = 'h', .kind = OPTION_FLAG, .help = "Show this."};

static size_t left_columns(struct arena *arena, const struct option *option)
{
    struct text left = text_new(arena);

    put_left(&left, option);
    return columns_of(text_bytes(&left));
}

static size_t right_column(struct arena *arena, const struct command *command)
{
    size_t widest = left_columns(arena, &help_option);

    for (size_t i = 0; i < command->option_count; i++) {
        size_t columns = left_columns(arena, &command->options[i]);

        if (columns > widest && columns <= WIDEST_LEFT)
            widest = columns;
    }
    return widest + 2;
}

static const char *full_help(struct arena *arena, const struct option *option)
{
    const char *repeated = option->kind == OPTION_LIST ? " May be repeated." : "";

    if (!option->standard || option->kind == OPTION_FLAG)
        return arena_printf(arena, "%s%s", option->help, repeated);
    return arena_printf(arena, "%s%s Default: %s.", option->help, repeated, option->standard);
}

static void put_option(struct text *out, const struct option *option, size_t right)
{
    size_t left = left_columns(out->arena, option);

    put_left(out, option);
    if (left + 2 > right) {
        text_putc(out, '\n');
        left = 0;
    }
    wrap_fill(out, ' ', right - left);
    wrap(out, full_help(out->arena, option), right, right, WIDTH);
    text_putc(out, '\n');
}

static void put_example(struct text *out, const char *example)
{
    text_puts(out, "\nExamples:\n  ");
    wrap(out, example, 2, 2, SIZE_MAX);
    text_putc(out, '\n');
}

static void put_environment(struct text *out, const struct option *option)
{
    const char *note =
        arena_printf(out->arena, "Each flag may be set in the environment too, as --%s by %s.",
                     option->name, option_environment(out->arena, option));

    text_putc(out, '\n');
    wrap(out, note, 0, 0, WIDTH);
    text_putc(out, '\n');
}

void options_commands(struct text *out, const struct command *const *commands, size_t count)
{
    size_t longest = 0;

    for (size_t i = 0; i < count; i++)
        longest = strlen(commands[i]->name) > longest ? strlen(commands[i]->name) : longest;
    text_puts(out, "Commands:\n");
    for (size_t i = 0; i < count; i++) {
        text_printf(out, "  %-*s  ", (int)longest, commands[i]->name);
        wrap(out, commands[i]->summary, longest + 4, longest + 4, WIDTH);
        text_putc(out, '\n');
    }
}

static void put_commands(struct text *out, const struct command *command)
{
    size_t count = 0;

    while (command->commands[count])
        count++;
    text_puts(out, "\n\n");
    options_commands(out, command->commands, count);
}

/* What may follow the command's name. */
static const char *arguments_of(struct arena *arena, const struct command *command)
{
    const char *usage = command->usage ? command->usage : "";

    if (command->commands)
        return "COMMAND [FLAG]...";
    return arena_printf(arena, "[FLAG]...%s%s", *usage ? " " : "", usage);
}

void options_help(struct text *out, const char *program, const struct command *command)
{
    size_t right = right_column(out->arena, command);

    text_printf(out, "Usage: %s %s %s\n\n", program, command->name,
                arguments_of(out->arena, command));
    wrap(out, command->help, 0, 0, WIDTH);
    if (command->commands)
        put_commands(out, command);
    text_puts(out, command->commands ? "\nFlags:\n" : "\n\nFlags:\n");
    for (size_t i = 0; i < command->option_count; i++)
        put_option(out, &command->options[i], right);
    put_option(out, &help_option, right);
    if (command->option_count)
        put_environment(out, &command->options[0]);
    if (command->example)
        put_example(out, command->example);
}

/* Text for man(7): a backslash and a dash have meanings there, and so has a dot that begins a line.
 */
static void put_roff(struct text *out, const char *text)
{
    bool starts_line = true;

    for (; *text; text++) {
        if (starts_line && (*text == '.' || *text == '\''))
            text_puts(out, "\\&");
        if (*text == '\\')
            text_puts(out, "\\e");
        else if (*text == '-')
            text_puts(out, "\\-");
        else
            text_putc(out, *text);
        starts_line = *text == '\n';
    }
}

static void put_paragraphs(struct text *out, const char *text)
{
    while (*text) {
        const char *end = strstr(text, "\n\n");
        size_t size = end ? (size_t)(end - text) : strlen(text);

        text_puts(out, ".PP\n");
        put_roff(out, arena_copy(out->arena, (struct bytes){text, size}));
        text_putc(out, '\n');
        text += size + (end ? 2 : 0);
    }
}

static void put_manual_option(struct text *out, const struct option *option)
{
    text_puts(out, ".TP\n");
    if (option->letter)
        text_printf(out, "\\fB\\-%c\\fR, ", option->letter);
    text_puts(out, "\\fB\\-\\-");
    put_roff(out, option->name);
    text_puts(out, "\\fR");
    if (option->kind != OPTION_FLAG) {
        text_puts(out, " \\fI");
        put_roff(out, option->argument ? option->argument : "VALUE");
        text_puts(out, "\\fR");
    }
    text_putc(out, '\n');
    put_roff(out, full_help(out->arena, option));
    text_printf(out, "\nEnvironment: %s.\n", option_environment(out->arena, option));
}

static void put_manual_section(struct text *out, const char *program, const struct command *command)
{
    const char *usage = command->usage ? command->usage : "";
    const char *name = arena_printf(out->arena, "%s %s", program, command->name);

    text_puts(out, ".SS ");
    put_roff(out, strchr(name, ' ') + 1);
    text_puts(out, "\n.B ");
    put_roff(out, name);
    text_puts(out, command->commands ? "\n\\fICOMMAND\\fR [\\fIFLAG\\fR]...\n"
                                     : "\n[\\fIFLAG\\fR]...\n");
    put_roff(out, usage);
    text_puts(out, *usage ? "\n" : "");
    put_paragraphs(out, command->help);
    for (size_t i = 0; i < command->option_count; i++)
        put_manual_option(out, &command->options[i]);
    if (!command->example)
        return;
    text_puts(out, ".PP\nExamples:\n.PP\n.EX\n");
    put_roff(out, command->example);
    text_puts(out, "\n.EE\n");
}

void options_manual(struct text *out, const char *program, const struct command *command)
{
    put_manual_section(out, program, command);
    if (!command->commands)
        return;
    program = arena_printf(out->arena, "%s %s", program, command->name);
    for (const struct command *const *each = command->commands; *each; each++)
        put_manual_section(out, program, *each);
}
