/* SPDX-License-Identifier: Apache-2.0 */
/* certs show: what certificate and key files hold, for people and as JSON. */
#include "certs/command_run.h"
#include "certs/show.h"

struct show_settings {
    const char *output;
    int64_t within;
};

#define AT(member) offsetof(struct show_settings, member)

static const struct option show_options[] = {
    {.name = "output",
     .letter = 'o',
     .kind = OPTION_CHOICE,
     .offset = AT(output),
     .argument = "FORMAT",
     .standard = "text",
     .choices = "text|json",
     .help = "How to print it."},
    {.name = "within",
     .kind = OPTION_NUMBER,
     .offset = AT(within),
     .argument = "DAYS",
     .standard = "0",
     .min = 0,
     .max = 3650,
     .help = "Exit with 1 also where a certificate ends within so many days."},
};

static int show(const struct command_run *run, const struct show_settings *settings)
{
    struct shown shown = {.arena = run->arena, .now = time(NULL), .within_days = settings->within};
    struct text out = text_new(run->arena);
    struct problem problem = {0};
    int code = CERTS_OK;

    if (!run->rest.count)
        return command_fail(run, "say which files to show");
    for (size_t i = 0; i < run->rest.count; i++) {
        if (!show_read(&shown, run->rest.items[i], &problem))
            code = command_fail(run, problem.message);
    }
    if (strcmp(settings->output, "json") == 0)
        show_json(&shown, &out);
    else
        show_text(&shown, &out);
    if (code == CERTS_OK && show_is_bad(&shown))
        code = CERTS_EXPIRED;
    show_free(&shown);
    return command_print(run, stdout, &out, code);
}

static int run_show(int argc, char **argv)
{
    struct show_settings settings = {0};
    struct command_run run;
    int code;

    if (!command_begin(&certs_show_command, argc, argv, &settings, &run, &code))
        return code;
    code = show(&run, &settings);
    command_end(&run);
    return code;
}

const struct command certs_show_command = {
    .name = "show",
    .usage = "FILE...",
    .summary = "Tell what certificate and key files hold",
    .help = "Subject, names, issuer, key, serial number, validity and fingerprint of every "
            "certificate in the files (PEM); for a private key, which of the certificates it "
            "belongs to. Exit code: 0 all is well; 1 a certificate is not valid now (or ends "
            "within --within days), or a key fits none of them; 2 a file could not be read.",
    .example = "rayservice-webhook certs show --within 30 certs/tls.crt certs/tls.key",
    .options = show_options,
    .option_count = sizeof show_options / sizeof *show_options,
    .run = run_show,
};
