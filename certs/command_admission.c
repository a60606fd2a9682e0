/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certs admission-config: what an API server reads so that it shows webhooks its client certificate
 * (https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#authenticate-apiservers).
 */
#include "certs/command_run.h"
#include "certs/files.h"
#include "certs/names.h"

#include <stdlib.h>

#define CONFIG_NAME "admission-config.yaml"
#define KUBECONFIG_NAME "admission-kubeconfig.yaml"

enum { NAME_MAX_SIZE = 253 + sizeof ":65535", PATH_MAX_SIZE = 1024 };

struct admission_settings {
    const char *dir, *path, *client;
    struct option_list names;
};

#define AT(member) offsetof(struct admission_settings, member)

static const struct option admission_options[] = {
    {.name = "name",
     .kind = OPTION_LIST,
     .offset = AT(names),
     .argument = "HOST[:PORT]",
     .help =
         "Whom the certificate is shown to: the Service as SERVICE.NAMESPACE.svc (port 443), or "
         "host and port of a URL; may be repeated. Default: the Service of manifests/."},
    {.name = "path",
     .kind = OPTION_STRING,
     .offset = AT(path),
     .argument = "DIR",
     .standard = "/etc/kubernetes/rayservice-webhook",
     .help = "Where the API server finds the files: these two, and the client's pair."},
    {.name = "client",
     .kind = OPTION_STRING,
     .offset = AT(client),
     .argument = "NAME",
     .standard = "client",
     .help =
         "NAME.crt and NAME.key are the client's pair, as `certs init --client-name` makes it."},
    {.name = "dir",
     .kind = OPTION_STRING,
     .offset = AT(dir),
     .argument = "DIR",
     .help = "Write " CONFIG_NAME " and " KUBECONFIG_NAME " there. Without it both are printed."},
};

static bool port_valid(const char *port, struct problem *problem)
{
    char *end;
    long number = strtol(port, &end, 10);

    if (*port >= '1' && *port <= '9' && *end == '\0' && number <= 65535)
        return true;
    problem_set(problem, 0, 0, "%.20s is no port; write HOST:PORT with 1 to 65535", port);
    return false;
}

/* An IPv6 address with a port is in brackets; a bare one has colons, but no port. */
static bool host_valid(const char *name, struct problem *problem)
{
    char host[NAME_MAX_SIZE];
    const char *colon = strrchr(name, ':'), *first = strchr(name, ':');
    bool bracket = *name == '[', has_port = colon && (colon == first || bracket);
    size_t size = has_port ? (size_t)(colon - name) : strlen(name);

    if (size >= sizeof host) {
        problem_set(problem, 0, 0, "%.40s…: the name is too long", name);
        return false;
    }
    memcpy(host, name, size);
    host[size] = '\0';
    if (bracket && has_port && size && host[size - 1] == ']') {
        host[size - 1] = '\0';
        return name_valid(host + 1, problem) && port_valid(colon + 1, problem);
    }
    return name_valid(host, problem) && (!has_port || port_valid(colon + 1, problem));
}

static bool check(const struct admission_settings *settings, const struct command_run *run,
                  struct problem *problem)
{
    for (size_t i = 0; i < settings->names.count; i++)
        if (!host_valid(settings->names.items[i], problem))
            return false;
    if (run->rest.count)
        problem_set(problem, 0, 0, "there is an argument that is no flag; names go behind --name");
    else if (settings->path[0] != '/' || strlen(settings->path) > PATH_MAX_SIZE)
        problem_set(problem, 0, 0, "--path is a directory on the API server's machine, from / on");
    else if (!*settings->client || strchr(settings->client, '/'))
        problem_set(problem, 0, 0, "--client is the name of two files without .crt and .key");
    else
        return true;
    return false;
}

/* A path as YAML takes it: JSON's string is one. */
static void put_path(struct text *text, const struct admission_settings *settings, const char *name,
                     const char *ending)
{
    struct text path = text_new(text->arena);

    text_printf(&path, "%s/%s%s", settings->path, name, ending);
    text_json_bytes(text, text_bytes(&path));
    text_putc(text, '\n');
}

static void put_config(struct text *text, const struct admission_settings *settings)
{
    static const char *const plugins[] = {"MutatingAdmissionWebhook", "ValidatingAdmissionWebhook"};

    text_printf(
        text,
        "# kube-apiserver --admission-control-config-file=%s/" CONFIG_NAME "\n"
        "# There is one such file: where you have it already, add these two plugins to it.\n"
        "apiVersion: apiserver.config.k8s.io/v1\n"
        "kind: AdmissionConfiguration\n"
        "plugins:\n",
        settings->path);
    for (size_t i = 0; i < sizeof plugins / sizeof *plugins; i++) {
        text_printf(text,
                    "- name: %s\n"
                    "  configuration:\n"
                    "    apiVersion: apiserver.config.k8s.io/v1\n"
                    "    kind: WebhookAdmissionConfiguration\n"
                    "    kubeConfigFile: ",
                    plugins[i]);
        put_path(text, settings, KUBECONFIG_NAME, "");
    }
}

static void put_user(struct text *text, const struct admission_settings *settings, const char *name)
{
    text_puts(text, "- name: ");
    text_json(text, name);
    text_puts(text, "\n  user:\n    client-certificate: ");
    put_path(text, settings, settings->client, ".crt");
    text_puts(text, "    client-key: ");
    put_path(text, settings, settings->client, ".key");
}

/* Its users are no people: each is a webhook, by the name that the API server calls it. */
static void put_kubeconfig(struct text *text, const struct admission_settings *settings)
{
    text_printf(text, "# %s/" KUBECONFIG_NAME "\napiVersion: v1\nkind: Config\nusers:\n",
                settings->path);
    for (size_t i = 0; i < settings->names.count; i++)
        put_user(text, settings, settings->names.items[i]);
    if (!settings->names.count)
        put_user(text, settings, "rayservice-webhook.rayservice-webhook.svc");
}

static bool write_both(const char *dir, const struct text *config, const struct text *kubeconfig,
                       struct problem *problem)
{
    struct new_file files[] = {
        {.name = KUBECONFIG_NAME, .mode = 0644, .content = text_bytes(kubeconfig)},
        {.name = CONFIG_NAME, .mode = 0644, .content = text_bytes(config)},
    };
    struct directory directory;
    bool good;

    if (!directory_open(dir, &directory, problem))
        return false;
    good = files_write(&directory, files, sizeof files / sizeof *files, problem);
    directory_close(&directory);
    return good;
}

static int answer(const struct command_run *run, const struct admission_settings *settings)
{
    struct text config = text_new(run->arena), kubeconfig = text_new(run->arena);
    struct problem problem = {0};

    if (!check(settings, run, &problem))
        return command_fail(run, problem.message);
    put_config(&config, settings);
    put_kubeconfig(&kubeconfig, settings);
    if (arena_exhausted(run->arena))
        return command_fail(run, "no memory");
    if (settings->dir)
        return write_both(settings->dir, &config, &kubeconfig, &problem)
                   ? CERTS_OK
                   : command_fail(run, problem.message);
    text_puts(&config, "---\n");
    text_puts(&config, text_string(&kubeconfig));
    return command_print(run, stdout, &config, CERTS_OK);
}

static int run_admission(int argc, char **argv)
{
    struct admission_settings settings = {0};
    struct command_run run;
    int code;

    if (!command_begin(&certs_admission_command, argc, argv, &settings, &run, &code))
        return code;
    code = answer(&run, &settings);
    command_end(&run);
    return code;
}

const struct command certs_admission_command = {
    .name = "admission-config",
    .usage = "",
    .summary = "Print what an API server needs to show its certificate",
    .help = "The AdmissionConfiguration that kube-apiserver reads with "
            "--admission-control-config-file, and the kubeconfig that it leads to: with both, the "
            "API server shows webhooks of these names its client certificate. Neither holds a "
            "key, only where it lies.\n\n"
            "The server then takes no other caller: serve --client-ca ca.crt --client-name "
            "kube-apiserver.",
    .example = "rayservice-webhook certs init --dir certs --client-name kube-apiserver\n"
               "rayservice-webhook certs admission-config --dir certs",
    .options = admission_options,
    .option_count = sizeof admission_options / sizeof *admission_options,
    .run = run_admission,
};
