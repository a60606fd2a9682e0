/* SPDX-License-Identifier: Apache-2.0 */
/* certs init: flags in, files out. */
#include "certs/command_run.h"
#include "certs/init.h"
#include "certs/inspect.h"

struct init_settings {
    const char *dir;
    struct option_list names;
    const char *client_name, *key_type;
    int64_t days, ca_days;
    bool force_ca, ca_bundle;
};

#define AT(member) offsetof(struct init_settings, member)

static const struct option init_options[] = {
    {.name = "dir",
     .kind = OPTION_STRING,
     .offset = AT(dir),
     .argument = "DIR",
     .help = "Where the files go; made with mode 0700 if it is not there."},
    {.name = "name",
     .kind = OPTION_LIST,
     .offset = AT(names),
     .argument = "DNS_OR_IP",
     .help = "A name or address of the server, as its callers write it."},
    {.name = "client-name",
     .kind = OPTION_STRING,
     .offset = AT(client_name),
     .argument = "NAME",
     .help = "Also make client.crt and client.key for a caller of this name (mutual TLS)."},
    {.name = "key-type",
     .kind = OPTION_CHOICE,
     .offset = AT(key_type),
     .argument = "TYPE",
     .standard = "ecdsa",
     .choices = "ecdsa|rsa",
     .help = "ecdsa is P-256, rsa has 3072 bits."},
    {.name = "days",
     .kind = OPTION_NUMBER,
     .offset = AT(days),
     .argument = "DAYS",
     .standard = "365",
     .min = 1,
     .max = 3650,
     .help = "Lifetime of the certificates; never longer than the CA's."},
    {.name = "ca-days",
     .kind = OPTION_NUMBER,
     .offset = AT(ca_days),
     .argument = "DAYS",
     .standard = "365",
     .min = 1,
     .max = 3650,
     .help = "Lifetime of a new CA."},
    {.name = "force-ca",
     .kind = OPTION_FLAG,
     .offset = AT(force_ca),
     .help = "Make a new CA though there is one; its certificate is kept as ca.crt.old."},
    {.name = "ca-bundle",
     .kind = OPTION_FLAG,
     .offset = AT(ca_bundle),
     .help = "Print the caBundle (base64) and nothing else; the report goes to stderr."},
};

static const char *fault(const struct init_settings *settings, const struct option_rest *rest)
{
    if (!settings->dir)
        return "say where the files go: --dir DIR";
    if (!settings->names.count && !settings->client_name)
        return "say for whom: --name DNS_OR_IP (as the API server calls it: SERVICE.NAMESPACE.svc)";
    return rest->count ? "there is an argument that is no flag; names go behind --name" : NULL;
}

static struct init_request request_of(const struct init_settings *settings)
{
    return (struct init_request){
        .directory = settings->dir,
        .names = settings->names.items,
        .name_count = settings->names.count,
        .client_name = settings->client_name,
        .kind = strcmp(settings->key_type, "rsa") == 0 ? KEY_RSA : KEY_ECDSA,
        .ca_seconds = settings->ca_days * SECONDS_A_DAY,
        .seconds = settings->days * SECONDS_A_DAY,
        .new_ca = settings->force_ca,
        .now = time(NULL),
    };
}

static void put_hint(struct init_result *result, const struct init_settings *settings)
{
    text_printf(&result->report, "caBundle of the webhook configurations: base64 -w0 %s/ca.crt\n",
                settings->dir);
    if (settings->force_ca)
        text_printf(&result->report,
                    "until every server has the new certificate: cat %s/ca.crt %s/ca.crt.old | "
                    "base64 -w0\n",
                    settings->dir, settings->dir);
}

static int init(const struct command_run *run, const struct init_settings *settings)
{
    const struct init_request request = request_of(settings);
    const char *wrong = fault(settings, &run->rest);
    struct problem problem = {0};
    struct init_result result;
    int code;

    if (wrong)
        return command_fail(run, wrong);
    if (!init_directory(run->arena, &request, &result, &problem))
        return command_fail(run, problem.message);
    put_hint(&result, settings);
    if (!settings->ca_bundle)
        return command_print(run, stdout, &result.report, CERTS_OK);
    text_putc(&result.ca_bundle, '\n');
    code = command_print(run, stderr, &result.report, CERTS_OK);
    return command_print(run, stdout, &result.ca_bundle, code);
}

static int run_init(int argc, char **argv)
{
    struct init_settings settings = {0};
    struct command_run run;
    int code;

    if (!command_begin(&certs_init_command, argc, argv, &settings, &run, &code))
        return code;
    code = init(&run, &settings);
    command_end(&run);
    return code;
}

const struct command certs_init_command = {
    .name = "init",
    .usage = "",
    .summary = "Make a CA and certificates signed by it",
    .help = "Writes ca.crt and ca.key, then tls.crt and tls.key for the server. A CA that is "
            "there is used again, so a later run only renews the certificates: the caBundle of "
            "the webhook configurations stays good. Keys have mode 0600. A key that this CA did "
            "not certify is never replaced.",
    .example = "rayservice-webhook certs init --dir certs "
               "--name rayservice-webhook.rayservice-webhook.svc",
    .options = init_options,
    .option_count = sizeof init_options / sizeof *init_options,
    .run = run_init,
};
