/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of the server: flags, start, a loop that waits for signals and looks after deadlines and
 * files, and the drain. Exit codes: 0 after a drain, 2 if it
 * could not start.
 */
#include "server/serve.h"

#include "admission/admit.h"
#include "server/address.h"
#include "server/budget.h"
#include "server/certificate_log.h"
#include "server/clock.h"
#include "server/health.h"
#include "server/listener.h"
#include "server/log.h"
#include "server/memory.h"
#include "server/metrics.h"
#include "server/reload.h"
#include "server/review.h"
#include "server/sandbox.h"
#include "server/settings.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum {
    TICK_MS = 1000,   /* at most between two looks at the files */
    OTHER_FILES = 64, /* open files that are no connections */
    LAST_MS = 6000,   /* by the end of the drain, for a header, a body and an answer each: the Pod's
                         40 s are enough for all of them */
    LAST_TICK_MS = 10,
    CROWD = 64, /* connections whose memory is worth a look */
    EXIT_NOT_STARTED = 2,
};

struct server {
    struct settings settings;
    struct memory_plan plan;
    struct certificate_files files;
    struct certificates *certificates;
    struct policies *policies;
    struct workers *workers;
    struct connections *webhook_connections, *plain_connections;
    struct listener *webhook, *plain;
    int webhook_socket, plain_socket;
    struct review review;
    struct health health;
    struct http_site review_site, health_site;
    size_t most_seen; /* connections since memory was given back */
    struct reload reload;
};

static struct connections *make_connections(const struct settings *settings, size_t most)
{
    const struct connection_limits limits = {.most = most,
                                             .timeout_ms = {
                                                 [CONNECTION_OPENING] = settings->header_timeout,
                                                 [CONNECTION_HEADER] = settings->header_timeout,
                                                 [CONNECTION_BODY] = settings->body_timeout,
                                                 [CONNECTION_IDLE] = settings->idle_timeout,
                                                 [CONNECTION_ANSWERING] = settings->answer_timeout,
                                                 [CONNECTION_SENDING] = settings->answer_timeout,
                                             }};

    return connections_new(&limits);
}

/* Each connection has a file; MHD would spin on accept() without one. */
static bool raise_file_limit(const struct server *server, struct problem *problem)
{
    rlim_t needed = connections_most(server->webhook_connections) +
                    connections_most(server->plain_connections) + OTHER_FILES;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < needed) {
        limit.rlim_cur = needed < limit.rlim_max ? needed : limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur >= needed)
        return true;
    problem_set(problem, 0, 0, "needs %llu open files and may have %llu: lower --max-connections",
                (unsigned long long)needed, (unsigned long long)limit.rlim_cur);
    return false;
}

static bool prepare(struct server *server, struct problem *problem)
{
    const struct settings *settings = &server->settings;

    server->files = (struct certificate_files){
        .certificate = settings->tls_cert,
        .key = settings->tls_key,
        .client_ca = settings->client_ca,
        .client_names = &settings->client_names,
        .verification = &client_verification,
    };
    budget_set(server->plan.large);
    server->certificates = certificates_new(&server->files);
    server->policies = policies_new(&settings->policy);
    server->workers = workers_new(&server->plan.workers);
    server->webhook_connections = make_connections(settings, server->plan.connections);
    server->plain_connections = make_connections(settings, server->plan.plain_connections);
    if (!server->certificates || !server->policies || !server->workers ||
        !server->webhook_connections || !server->plain_connections || !metrics_start()) {
        problem_set(problem, 0, 0, "no memory");
        return false;
    }
    server->reload = (struct reload){.certificates = server->certificates,
                                     .policies = server->policies,
                                     .policy_file = settings->policy.file};
    server->review.workers = server->workers;
    server->review.policies = server->policies;
    server->review_site = review_site(&server->review);
    server->health.webhook = server->webhook_connections;
    server->health.plain = server->plain_connections;
    server->health_site = health_site(&server->health);
    return raise_file_limit(server, problem) && certificates_load(server->certificates, problem) &&
           reload_policy(&server->reload, problem) &&
           recorder_open(&settings->record, &server->review.recorder, problem);
}

static bool bind_ports(struct server *server, struct problem *problem)
{
    server->plain_socket = address_listen(server->settings.metrics_listen, problem);
    if (server->plain_socket < 0)
        return false;
    server->webhook_socket = address_listen(server->settings.listen, problem);
    return server->webhook_socket >= 0;
}

/* All that is opened by name is open; from here on there are threads. */
static bool give_up_rights(const struct server *server, struct problem *problem)
{
    const struct settings *settings = &server->settings;
    const char *const files[] = {settings->tls_cert, settings->tls_key, settings->client_ca,
                                 settings->policy.file};
    const struct sandbox sandbox = {files, sizeof files / sizeof *files, settings->record.directory,
                                    settings->landlock};
    struct log_line line;
    int abi;

    if (!sandbox_enter(&sandbox, &abi, problem))
        return false;
    line = log_begin("sandbox");
    log_bool(&line, "noNewPrivs", true);
    log_number(&line, "landlock", abi);
    if (abi == 0 && strcmp(settings->landlock, "off") != 0)
        log_text(&line, "warning",
                 "this kernel has no Landlock: files are limited by the Pod only");
    log_end(&line);
    if (log_start() && recorder_start(server->review.recorder))
        return true;
    problem_set(problem, 0, 0, "no thread to be had for the log");
    return false;
}

static struct listener *open_port(const char *serves, struct listener_settings settings,
                                  struct problem *problem)
{
    char bound[ADDRESS_TEXT_MAX];
    struct log_line line;
    struct listener *listener;

    address_of(settings.socket, bound);
    listener = listener_start(&settings, problem);
    if (!listener)
        return NULL;
    line = log_begin("listening");
    log_text(&line, "address", bound);
    log_text(&line, "serves", serves);
    log_end(&line);
    return listener;
}

static bool start(struct server *server, struct problem *problem)
{
    memory_plan_log(&server->plan);
    log_certificate(server->certificates);
    server->health.recorder = server->review.recorder;
    server->plain = open_port("http: /healthz /readyz /metrics",
                              (struct listener_settings){.site = &server->health_site,
                                                         .socket = server->plain_socket,
                                                         .connections = server->plain_connections},
                              problem);
    if (!server->plain)
        return false;
    server->webhook = open_port(
        server->settings.client_ca ? "https, client certificate required: /mutate /validate"
                                   : "https: /mutate /validate",
        (struct listener_settings){.site = &server->review_site,
                                   .socket = server->webhook_socket,
                                   .certificates = server->certificates,
                                   .connections = server->webhook_connections},
        problem);
    return server->webhook;
}

static void sweep(struct server *server, int64_t *ret_wait_ms)
{
    *ret_wait_ms = connections_sweep(server->webhook_connections, *ret_wait_ms);
    *ret_wait_ms = connections_sweep(server->plain_connections, *ret_wait_ms);
}

/* After a crowd: when what is left is a small part of what was there. */
static void give_back_memory(struct server *server)
{
    size_t now = connections_present(server->webhook_connections);

    if (now > server->most_seen)
        server->most_seen = now;
    if (server->most_seen < CROWD || now > server->most_seen / 4)
        return;
    memory_give_back();
    server->most_seen = now;
}

/* One turn of the loop: waits for a signal, for wait_ms at most. 0: none came. */
static int turn(struct server *server, const sigset_t *signals, int64_t wait_ms)
{
    struct timespec timeout;
    int number;

    sweep(server, &wait_ms);
    give_back_memory(server);
    timeout.tv_sec = (time_t)(wait_ms / CLOCK_SECOND_MS);
    timeout.tv_nsec = (long)(wait_ms % CLOCK_SECOND_MS * CLOCK_MS_NS);
    number = sigtimedwait(signals, NULL, &timeout);
    reload_look(&server->reload, number == SIGHUP);
    return number == SIGTERM || number == SIGINT ? number : 0;
}

static size_t busy(struct connections *connections)
{
    struct connection_counts counts = connections_count(connections);

    return counts.in[CONNECTION_OPENING] + counts.in[CONNECTION_HEADER] +
           counts.in[CONNECTION_BODY] + counts.in[CONNECTION_ANSWERING] +
           counts.in[CONNECTION_SENDING];
}

/*
 * The API servers learn from the Pod's readiness that we go; until each has, we serve on, and each
 * answer tells its connection to go elsewhere. A second signal ends that wait. After it, nobody new
 * gets in, kept connections without a request are closed, and what was begun is finished: each
 * state has a deadline, so this ends.
 */
static void drain(struct server *server, const sigset_t *signals)
{
    int64_t end = clock_ms() + server->settings.drain_delay;

    atomic_store(&server->health.ready, false);
    listener_drain(server->webhook);
    log_message("draining", "serving on for %lld ms", (long long)server->settings.drain_delay);
    while (clock_ms() < end) {
        int64_t left = end - clock_ms();

        if (turn(server, signals, left < TICK_MS ? left : TICK_MS))
            break;
    }
    listener_close(server->webhook);
    connections_hurry(server->webhook_connections, LAST_MS);
    do {
        connections_cut_idle(server->webhook_connections);
        (void)turn(server, signals, LAST_TICK_MS);
    } while (busy(server->webhook_connections));
}

static void stop(struct server *server)
{
    listener_stop(server->webhook);
    listener_stop(server->plain);
    connections_free(server->webhook_connections);
    connections_free(server->plain_connections);
    workers_free(server->workers);
    certificates_free(server->certificates);
    policies_free(server->policies);
    recorder_stop(server->review.recorder);
    log_stop();
    metrics_stop();
}

/* Signals are blocked before the first thread starts, so that each waits for this one. */
static void block_signals(sigset_t *ret_signals)
{
    sigemptyset(ret_signals);
    sigaddset(ret_signals, SIGTERM);
    sigaddset(ret_signals, SIGINT);
    sigaddset(ret_signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, ret_signals, NULL);
}

static int serve(struct server *server)
{
    struct problem problem;
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigset_t signals;
    bool started;

    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGXFSZ, &ignore, NULL); /* a file of --record at a limit of the process */
    block_signals(&signals);
    memory_start();
    started = prepare(server, &problem) && bind_ports(server, &problem) &&
              give_up_rights(server, &problem) && start(server, &problem);
    if (started) {
        atomic_store(&server->health.ready, true);
        while (!turn(server, &signals, TICK_MS))
            continue;
        drain(server, &signals);
        log_message("stopped", "every call was answered, or its time was over");
    } else {
        log_message("not-started", "%s", problem.message);
    }
    stop(server);
    return started ? EXIT_SUCCESS : EXIT_NOT_STARTED;
}

static int run(int argc, char **argv)
{
    static struct server server;
    struct arena *arena = arena_new((size_t)64 * 1024);
    struct text help = text_new(arena);
    struct option_rest rest;
    struct problem problem;
    enum options_status status = OPTIONS_INVALID;
    int code = EXIT_NOT_STARTED;

    problem_set(&problem, 0, 0, "no memory");
    if (arena)
        status = options_read(arena, &serve_command, argc, argv, getenv, &server.settings, &rest,
                              &problem);
    if (status == OPTIONS_HELP) {
        options_help(&help, "rayservice-webhook", &serve_command);
        code = puts(text_string(&help)) < 0 ? EXIT_NOT_STARTED : EXIT_SUCCESS;
    } else if (status == OPTIONS_OK &&
               settings_check(&server.settings, &rest, &server.plan, &problem)) {
        code = serve(&server);
    } else {
        (void)fprintf(stderr, "rayservice-webhook serve: %s\n", problem.message);
    }
    arena_free(arena);
    return code;
}

const struct command serve_command = {
    .name = "serve",
    .usage = "",
    .summary = "Answer the API server",
    .help = "Serves POST /mutate and POST /validate by TLS, and /healthz, /readyz and /metrics on "
            "another port. It needs no rights in the cluster and asks nobody anything.\n\n"
            "The log goes to stderr, one JSON object a line. SIGTERM and SIGINT drain and stop, "
            "SIGHUP reads the certificate and the policy again.",
    .example = "rayservice-webhook certs init --dir certs --name webhook.ray.svc\n"
               "rayservice-webhook serve --tls-cert certs/tls.crt --tls-key certs/tls.key",
    .options = settings_options,
    .option_count = SETTINGS_OPTIONS,
    .run = run,
};
