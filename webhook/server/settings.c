/* SPDX-License-Identifier: Apache-2.0 */
#include "server/settings.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

#define AT(member) offsetof(struct settings, member)

const struct option settings_options[SETTINGS_OPTIONS] = {
    {.name = "tls-cert",
     .kind = OPTION_STRING,
     .offset = AT(tls_cert),
     .argument = "FILE",
     .help = "The certificate to serve, PEM, its chain after it. Read again when the file changes, "
             "and on SIGHUP."},
    {.name = "tls-key",
     .kind = OPTION_STRING,
     .offset = AT(tls_key),
     .argument = "FILE",
     .help = "Its private key, PEM."},
    {.name = "client-ca",
     .kind = OPTION_STRING,
     .offset = AT(client_ca),
     .argument = "FILE",
     .help = "CA certificates, PEM: clients must show a certificate of one of these inside the TLS "
             "handshake. Without it, everyone may ask."},
    {.name = "client-name",
     .kind = OPTION_LIST,
     .offset = AT(client_names),
     .argument = "NAME",
     .help = "The common name, DNS name or URI that a client's certificate must carry; may be "
             "repeated. Without it, any certificate of --client-ca will do."},
    POLICY_OPTIONS(AT(policy)),
    {.name = "listen",
     .kind = OPTION_STRING,
     .offset = AT(listen),
     .argument = "ADDRESS:PORT",
     .standard = ":8443",
     .help = "Where the API server finds /mutate and /validate, by TLS. An empty address is every "
             "address, port 0 a free port."},
    {.name = "metrics-listen",
     .kind = OPTION_STRING,
     .offset = AT(metrics_listen),
     .argument = "ADDRESS:PORT",
     .standard = ":8080",
     .help = "Where the kubelet finds /healthz and /readyz and Prometheus /metrics, without TLS. "
             "The kubelet asks the Pod's own address, so 127.0.0.1 is no good in a Pod."},
    {.name = "landlock",
     .kind = OPTION_CHOICE,
     .offset = AT(landlock),
     .argument = "auto|required|off",
     .standard = "auto",
     .choices = "auto|required|off",
     .help = "After its start the process opens nothing but what lies beside its certificate, key, "
             "client CA and policy, and connects to nobody: auto, where the kernel has Landlock; "
             "required: it does not start without."},
    {.name = "record",
     .kind = OPTION_STRING,
     .offset = AT(record.directory),
     .argument = "DIR",
     .help = "Write each decision as a line of DIR/decisions-*.jsonl, for `replay`."},
    {.name = "record-content",
     .kind = OPTION_FLAG,
     .offset = AT(record.content),
     .help = "Write the object too, with all that is in it: replay needs it, and whoever reads the "
             "files reads its environment variables."},
    {.name = "record-size",
     .kind = OPTION_SIZE,
     .offset = AT(record.largest),
     .argument = "SIZE",
     .standard = "64Mi",
     .min = 64 << 10,
     .max = (int64_t)1 << 40,
     .help = "How large a file of --record grows."},
    {.name = "record-files",
     .kind = OPTION_NUMBER,
     .offset = AT(record.most),
     .argument = "NUMBER",
     .standard = "8",
     .min = 1,
     .max = 1000,
     .help = "How many there are; then the oldest makes room."},
    {.name = "drain-delay",
     .kind = OPTION_DURATION,
     .offset = AT(drain_delay),
     .argument = "TIME",
     .standard = "5s",
     .max = HOUR,
     .help = "How long to serve on after SIGTERM, so that every API server can learn that this "
             "Pod is gone."},
    {.name = "max-memory",
     .kind = OPTION_SIZE,
     .offset = AT(max_memory),
     .argument = "SIZE",
     .standard = "736Mi",
     .min = 1,
     .max = (int64_t)1 << 40,
     .help = "What the server takes at most, with what the kernel keeps of its connections. All "
             "other bounds are parts of it: see the line `memory` of the log. A Pod's limit "
             "should have 32Mi more."},
    {.name = "max-connections",
     .kind = OPTION_NUMBER,
     .offset = AT(max_connections),
     .argument = "NUMBER",
     .min = 1,
     .max = 16384,
     .help = "Connections at once. When all are taken, the oldest that has not finished its "
             "request makes room. Without it, as many as --max-memory is good for, up to 512."},
    {.name = "header-timeout",
     .kind = OPTION_DURATION,
     .offset = AT(header_timeout),
     .argument = "TIME",
     .standard = "10s",
     .min = 100,
     .max = HOUR,
     .help = "From a connection's start to the end of the request header, handshake included."},
    {.name = "body-timeout",
     .kind = OPTION_DURATION,
     .offset = AT(body_timeout),
     .argument = "TIME",
     .standard = "10s",
     .min = 100,
     .max = HOUR,
     .help = "From the header to the end of the body."},
    {.name = "answer-timeout",
     .kind = OPTION_DURATION,
     .offset = AT(answer_timeout),
     .argument = "TIME",
     .standard = "30s",
     .min = 100,
     .max = HOUR,
     .help = "From the body to the answer, and again from there to its last byte. The API server "
             "waits at most 30 s."},
    {.name = "idle-timeout",
     .kind = OPTION_DURATION,
     .offset = AT(idle_timeout),
     .argument = "TIME",
     .standard = "150s",
     .min = 100,
     .max = HOUR,
     .help = "How long a kept connection may wait for its next request. The API server keeps its "
             "own for 90 s: ours must be longer, or calls get lost."},
};

static bool complete(const struct settings *settings, const struct option_rest *rest,
                     struct problem *problem)
{
    if (rest->count)
        problem_set(problem, 0, 0, "%.60s: no arguments but flags; see --help", rest->items[0]);
    else if (!settings->tls_cert || !settings->tls_key)
        problem_set(problem, 0, 0,
                    "--tls-cert and --tls-key are needed; "
                    "`rayservice-webhook certs init` makes a pair");
    else if (settings->client_names.count && !settings->client_ca)
        problem_set(problem, 0, 0, "--client-name needs --client-ca: whose names?");
    else if (settings->record.content && !settings->record.directory)
        problem_set(problem, 0, 0, "--record-content needs --record: where to?");
    else
        return true;
    return false;
}

bool settings_check(const struct settings *settings, const struct option_rest *rest,
                    struct memory_plan *ret_plan, struct problem *problem)
{
    const struct memory_wish wish = {.most = (size_t)settings->max_memory,
                                     .connections = (size_t)settings->max_connections,
                                     .policy = settings->policy.file,
                                     .record = settings->record.content};

    return complete(settings, rest, problem) && memory_plan(&wish, ret_plan, problem);
}
