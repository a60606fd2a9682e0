/* SPDX-License-Identifier: Apache-2.0 */
/* certs controller: a loop around rotate(), until SIGTERM. */
#include "certs/api_client.h"
#include "certs/command_run.h"
#include "certs/names.h"
#include "certs/note.h"
#include "certs/pause.h"
#include "certs/wiped_memory.h"

#include <errno.h>
#include <openssl/rand.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount/"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

struct controller_settings {
    const char *api_server, *token_file, *ca_file, *namespace, *secret, *ca_secret;
    const char *mutating, *validating;
    struct option_list names;
    int64_t lifetime, ca_lifetime, settle, interval, timeout; /* milliseconds */
};

#define AT(member) offsetof(struct controller_settings, member)

static const struct option controller_options[] = {
    {.name = "name",
     .kind = OPTION_LIST,
     .offset = AT(names),
     .argument = "DNS_OR_IP",
     .help = "A name or address of the server, as the API server calls it; may be repeated."},
    {.name = "namespace",
     .kind = OPTION_STRING,
     .offset = AT(namespace),
     .argument = "NAMESPACE",
     .standard = "rayservice-webhook",
     .help = "Where the two Secrets are."},
    {.name = "secret",
     .kind = OPTION_STRING,
     .offset = AT(secret),
     .argument = "NAME",
     .standard = "rayservice-webhook-tls",
     .help = "The server's Secret: tls.crt, tls.key, ca.crt."},
    {.name = "ca-secret",
     .kind = OPTION_STRING,
     .offset = AT(ca_secret),
     .argument = "NAME",
     .standard = "rayservice-webhook-ca",
     .help = "The CA's Secret, with its key; the server has no use for it."},
    {.name = "mutating-configuration",
     .kind = OPTION_STRING,
     .offset = AT(mutating),
     .argument = "NAME",
     .standard = "rayservice-webhook",
     .help = "The MutatingWebhookConfiguration to keep the caBundle of."},
    {.name = "validating-configuration",
     .kind = OPTION_STRING,
     .offset = AT(validating),
     .argument = "NAME",
     .standard = "rayservice-webhook",
     .help = "The ValidatingWebhookConfiguration to keep the caBundle of."},
    {.name = "lifetime",
     .kind = OPTION_DURATION,
     .offset = AT(lifetime),
     .argument = "TIME",
     .standard = "168h",
     .min = 10 * SECOND,
     .max = INT64_C(365) * 24 * HOUR,
     .help = "Of the server's certificate. It is replaced when two thirds of it are over."},
    {.name = "ca-lifetime",
     .kind = OPTION_DURATION,
     .offset = AT(ca_lifetime),
     .argument = "TIME",
     .standard = "8760h",
     .min = 10 * SECOND,
     .max = INT64_C(3650) * 24 * HOUR,
     .help = "Of the CA. Its successor comes when two thirds of it are over."},
    {.name = "settle",
     .kind = OPTION_DURATION,
     .offset = AT(settle),
     .argument = "TIME",
     .standard = "3m",
     .max = 24 * HOUR,
     .help = "How long after a change all API servers know a caBundle for sure, and all kubelets "
             "and servers a Secret. A new CA signs nothing earlier, and an old one stays trusted "
             "as long, and until the last certificate it signed has ended."},
    {.name = "interval",
     .kind = OPTION_DURATION,
     .offset = AT(interval),
     .argument = "TIME",
     .standard = "10s",
     .min = 100,
     .max = HOUR,
     .help = "How often to look; also the longest pause after a failure."},
    {.name = "api-server",
     .kind = OPTION_STRING,
     .offset = AT(api_server),
     .argument = "URL",
     .help = "https://HOST:PORT. Without it, that of the Pod: KUBERNETES_SERVICE_HOST and _PORT."},
    {.name = "token-file",
     .kind = OPTION_STRING,
     .offset = AT(token_file),
     .argument = "FILE",
     .standard = ACCOUNT "token",
     .help = "The ServiceAccount's token, read again for each call."},
    {.name = "ca-file",
     .kind = OPTION_STRING,
     .offset = AT(ca_file),
     .argument = "FILE",
     .standard = ACCOUNT "ca.crt",
     .help = "The CA of the API server, PEM."},
    {.name = "timeout",
     .kind = OPTION_DURATION,
     .offset = AT(timeout),
     .argument = "TIME",
     .standard = "10s",
     .min = 100,
     .max = MINUTE,
     .help = "Of one call to the API server."},
};

/* The longest that one pass may take: nine calls, and the work between them. A process that is
 * stuck for longer is ended by its own alarm, and the kubelet starts another one. */
static unsigned watchdog_seconds(const struct controller_settings *settings)
{
    return (unsigned)(9 * settings->timeout / SECOND + 60);
}

static const char *pod_server(struct arena *arena)
{
    const char *host = getenv("KUBERNETES_SERVICE_HOST"), *port = getenv("KUBERNETES_SERVICE_PORT");
    bool bare_v6 = host && strchr(host, ':') && *host != '[';

    if (!host || !*host || !port || !*port)
        return NULL;
    return arena_printf(arena, bare_v6 ? "https://[%s]:%s" : "https://%s:%s", host, port);
}

/* They become part of a URL's path. */
static bool plain_name(const char *name)
{
    size_t length = strlen(name);

    return length > 0 && length <= 253 && *name != '.' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") == length;
}

static bool names_good(const struct controller_settings *settings, struct problem *problem)
{
    const char *const objects[] = {settings->namespace, settings->secret, settings->ca_secret,
                                   settings->mutating, settings->validating};

    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
        if (!plain_name(objects[i])) {
            problem_set(problem, 0, 0, "\"%.60s\" is no name of an object in Kubernetes",
                        objects[i]);
            return false;
        }
    }
    for (size_t i = 0; i < settings->names.count; i++) {
        if (!name_valid(settings->names.items[i], problem))
            return false;
    }
    return true;
}

static const char *fault(const struct controller_settings *settings, const struct option_rest *rest)
{
    if (rest->count)
        return "there is an argument that is no flag; names go behind --name";
    if (!settings->names.count)
        return "say for whom: --name SERVICE.NAMESPACE.svc, as the API server calls the server";
    if (strcmp(settings->secret, settings->ca_secret) == 0)
        return "--secret and --ca-secret must differ: the CA's key is not for the server";
    if (settings->ca_lifetime < 3 * settings->lifetime)
        return "--ca-lifetime must be at least three times --lifetime";
    if (!settings->api_server)
        return "not in a Pod (no KUBERNETES_SERVICE_HOST): say --api-server https://HOST:PORT";
    return strncmp(settings->api_server, "https://", 8) == 0
               ? NULL
               : "--api-server must begin with https://";
}

static struct rotate_settings settings_of(struct arena *arena,
                                          const struct controller_settings *settings)
{
    static const char group[] = "/apis/admissionregistration.k8s.io/v1/";

    return (struct rotate_settings){
        .secrets_path = arena_printf(arena, "/api/v1/namespaces/%s/secrets", settings->namespace),
        .secret = settings->secret,
        .ca_secret = settings->ca_secret,
        .registrations = {arena_printf(arena, "%smutatingwebhookconfigurations/%s", group,
                                       settings->mutating),
                          arena_printf(arena, "%svalidatingwebhookconfigurations/%s", group,
                                       settings->validating)},
        .names = settings->names.items,
        .name_count = settings->names.count,
        .times = {settings->lifetime / SECOND, settings->ca_lifetime / SECOND,
                  settings->settle / SECOND},
    };
}

/* Time. */

static int64_t monotonic_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * SECOND + now.tv_nsec / 1000000;
}

/* False: SIGTERM or SIGINT came. */
static bool pause_for(int64_t milliseconds, const sigset_t *ends)
{
    const struct timespec wait = {milliseconds / SECOND, milliseconds % SECOND * 1000000};
    int got;

    do
        got = sigtimedwait(ends, NULL, &wait);
    while (got < 0 && errno == EINTR);
    return got < 0;
}

static unsigned char chance(void)
{
    unsigned char ret = 0;

    (void)RAND_bytes(&ret, 1);
    return ret;
}

static void loop(const struct controller_settings *settings, const struct rotate_settings *rotation,
                 struct api api)
{
    struct rotate_memory memory = {0};
    struct pause pause = {0};
    sigset_t ends;
    int64_t wait;

    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    note("started", NULL, "%s", settings->api_server);
    do {
        enum rotate_status status;

        alarm(watchdog_seconds(settings));
        status = rotate(rotation, &memory, api, monotonic_ms(), time(NULL));
        alarm(0);
        wait = pause_after(&pause, status, settings->interval, memory.asked_ms, chance());
    } while (pause_for(wait, &ends));
    note("ended", NULL, "asked to end");
}

static int control(const struct command_run *run, struct controller_settings *settings)
{
    struct problem problem = {0};
    struct api_client_settings client_settings;
    struct rotate_settings rotation;
    struct api_client *client;
    const char *wrong;

    if (!settings->api_server)
        settings->api_server = pod_server(run->arena);
    wrong = fault(settings, &run->rest);
    if (wrong || !names_good(settings, &problem))
        return command_fail(run, wrong ? wrong : problem.message);
    client_settings = (struct api_client_settings){settings->api_server, settings->token_file,
                                                   settings->ca_file, settings->timeout};
    rotation = settings_of(run->arena, settings);
    client = wiped_memory_in_openssl() ? api_client_new(&client_settings) : NULL;
    if (!client || arena_exhausted(run->arena))
        return command_fail(run, "no memory");
    loop(settings, &rotation, api_client_api(client));
    api_client_free(client);
    return CERTS_OK;
}

static int run_controller(int argc, char **argv)
{
    struct controller_settings settings = {0};
    struct command_run run;
    int code;

    if (!command_begin(&certs_controller_command, argc, argv, &settings, &run, &code))
        return code;
    code = control(&run, &settings);
    command_end(&run);
    return code;
}

const struct command certs_controller_command = {
    .name = "controller",
    .usage = "",
    .summary = "Keep the webhook's certificate and caBundles fresh in a cluster",
    .help = "Runs in a Pod with its ServiceAccount. Keeps a CA of its own, the server's "
            "certificate in its Secret, and the caBundle of every entry of the two webhook "
            "configurations, and puts right what others delete or change. While one CA takes over "
            "from another, both are trusted. Several copies may run. It never makes or deletes a "
            "configuration, and changes nothing in it but caBundle.\n"
            "\n"
            "The time that counts is that of the API server's answers. Logs one JSON line an "
            "event on stderr. Ends with 0 on SIGTERM.",
    .example = "rayservice-webhook certs controller "
               "--name rayservice-webhook.rayservice-webhook.svc",
    .options = controller_options,
    .option_count = sizeof controller_options / sizeof *controller_options,
    .run = run_controller,
};
