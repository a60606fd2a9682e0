/* SPDX-License-Identifier: Apache-2.0 */
#include "server/metrics.h"

#include "rules/rule.h"
#include "server/clock.h"
#include "server/http.h"
#include "server/log.h"
#include "server/resident.h"

#include <stdatomic.h>
#include <stdlib.h>

#define PREFIX "rayservice_webhook_"

static const char *const path_names[] = {"/mutate", "/validate", "other"};
const char *const metrics_decision_names[] = {"allowed", "denied", "skipped", "refused", "failed"};

/* What the TLS port answers; anything else would be counted with the last. */
static const unsigned statuses[] = {
    HTTP_OK,
    HTTP_BAD_REQUEST,
    HTTP_NOT_FOUND,
    HTTP_METHOD_NOT_ALLOWED,
    HTTP_CONTENT_TOO_LARGE,
    HTTP_UNSUPPORTED_MEDIA_TYPE,
    HTTP_TOO_MANY_REQUESTS,
    HTTP_INTERNAL_ERROR,
};

/* A usual call takes 60 to 100 µs, a 3 MB one 25 ms. */
static const struct {
    int64_t nanoseconds;
    const char *seconds;
} bounds[] = {
    {50000, "0.00005"},  {100000, "0.0001"},  {250000, "0.00025"}, {500000, "0.0005"},
    {1000000, "0.001"},  {2500000, "0.0025"}, {5000000, "0.005"},  {10000000, "0.01"},
    {25000000, "0.025"}, {50000000, "0.05"},  {100000000, "0.1"},  {250000000, "0.25"},
    {1000000000, "1"},   {2500000000, "2.5"},
};

enum {
    STATUSES = sizeof statuses / sizeof *statuses,
    BOUNDS = sizeof bounds / sizeof *bounds,
    STAGES = 2, /* of metrics_path */
};

struct histogram {
    atomic_uint_fast64_t buckets[BOUNDS + 1]; /* not cumulative; the last is +Inf */
    atomic_uint_fast64_t nanoseconds;
};

static struct {
    atomic_uint_fast64_t requests[METRICS_PATHS][STATUSES];
    atomic_uint_fast64_t decisions[STAGES][METRICS_DECISIONS];
    struct histogram durations[STAGES];
    atomic_uint_fast64_t *rules; /* one for each row of the rule table */
    atomic_uint_fast64_t injections, reloads[2], certificate_rejected, clients_refused;
    atomic_uint_fast64_t policies[2], policy_rejected;
    atomic_uint_fast64_t certificate_begins, certificate_expires, started; /* Unix seconds */
} metrics;

bool metrics_start(void)
{
    metrics.rules = calloc(rule_count() + 1, sizeof *metrics.rules);
    atomic_store(&metrics.started, (uint64_t)time(NULL));
    resident_open();
    return metrics.rules;
}

void metrics_stop(void)
{
    resident_close();
    free(metrics.rules);
    metrics.rules = NULL;
}

void metrics_request(enum metrics_path path, unsigned status)
{
    size_t i = 0;

    while (i < STATUSES - 1 && statuses[i] != status)
        i++;
    atomic_fetch_add(&metrics.requests[path][i], 1);
}

void metrics_decision(enum metrics_path path, enum metrics_decision decision, int64_t nanoseconds)
{
    struct histogram *histogram = &metrics.durations[path];
    size_t i = 0;

    while (i < BOUNDS && nanoseconds > bounds[i].nanoseconds)
        i++;
    atomic_fetch_add(&metrics.decisions[path][decision], 1);
    atomic_fetch_add(&histogram->buckets[i], 1);
    atomic_fetch_add(&histogram->nanoseconds, (uint64_t)nanoseconds);
}

void metrics_findings(const struct findings *findings)
{
    for (const struct finding *finding = findings->first; finding; finding = finding->next) {
        size_t index = rule_index(finding->rule);

        if (index < rule_count())
            atomic_fetch_add(&metrics.rules[index], 1);
    }
}

void metrics_injections(size_t count)
{
    atomic_fetch_add(&metrics.injections, count);
}

void metrics_reload(bool good)
{
    atomic_fetch_add(&metrics.reloads[good], 1);
    atomic_store(&metrics.certificate_rejected, !good);
}

void metrics_policy(bool good)
{
    atomic_fetch_add(&metrics.policies[good], 1);
    atomic_store(&metrics.policy_rejected, !good);
}

void metrics_client_refused(void)
{
    atomic_fetch_add(&metrics.clients_refused, 1);
}

static void store_time(atomic_uint_fast64_t *time, int64_t unix_seconds)
{
    atomic_store(time, (uint64_t)(unix_seconds > 0 ? unix_seconds : 0));
}

void metrics_certificate(int64_t begins, int64_t expires)
{
    store_time(&metrics.certificate_begins, begins);
    store_time(&metrics.certificate_expires, expires);
}

static void put(struct text *out, const char *name, const char *labels, uint64_t value)
{
    text_printf(out, PREFIX "%s%s %llu\n", name, labels, (unsigned long long)value);
}

static void write_requests(struct text *out, const char *name, const struct metrics_view *view)
{
    (void)view;
    for (size_t path = 0; path < METRICS_PATHS; path++) {
        for (size_t i = 0; i < STATUSES; i++)
            put(out, name,
                arena_printf(out->arena, "{path=\"%s\",code=\"%u\"}", path_names[path],
                             statuses[i]),
                atomic_load(&metrics.requests[path][i]));
    }
}

static void write_decisions(struct text *out, const char *name, const struct metrics_view *view)
{
    (void)view;
    for (size_t path = 0; path < STAGES; path++) {
        for (size_t i = 0; i < METRICS_DECISIONS; i++)
            put(out, name,
                arena_printf(out->arena, "{path=\"%s\",decision=\"%s\"}", path_names[path],
                             metrics_decision_names[i]),
                atomic_load(&metrics.decisions[path][i]));
    }
}

static void write_rules(struct text *out, const char *name, const struct metrics_view *view)
{
    (void)view;
    for (size_t i = 0; i < rule_count(); i++)
        put(out, name, arena_printf(out->arena, "{rule=\"%s\"}", rule_at(i)->name),
            atomic_load(&metrics.rules[i]));
}

static void write_histogram(struct text *out, const char *name, size_t path)
{
    const struct histogram *histogram = &metrics.durations[path];
    uint64_t total = 0, nanoseconds = atomic_load(&histogram->nanoseconds);

    for (size_t i = 0; i <= BOUNDS; i++) {
        total += atomic_load(&histogram->buckets[i]);
        text_printf(out, PREFIX "%s_bucket{path=\"%s\",le=\"%s\"} %llu\n", name, path_names[path],
                    i < BOUNDS ? bounds[i].seconds : "+Inf", (unsigned long long)total);
    }
    text_printf(out, PREFIX "%s_sum{path=\"%s\"} %llu.%09llu\n", name, path_names[path],
                (unsigned long long)(nanoseconds / CLOCK_SECOND_NS),
                (unsigned long long)(nanoseconds % CLOCK_SECOND_NS));
    text_printf(out, PREFIX "%s_count{path=\"%s\"} %llu\n", name, path_names[path],
                (unsigned long long)total);
}

static void write_durations(struct text *out, const char *name, const struct metrics_view *view)
{
    (void)view;
    for (size_t path = 0; path < STAGES; path++)
        write_histogram(out, name, path);
}

static void write_in_flight(struct text *out, const char *name, const struct metrics_view *view)
{
    struct connection_counts counts = connections_count(view->webhook);

    put(out, name, "",
        counts.in[CONNECTION_BODY] + counts.in[CONNECTION_ANSWERING] +
            counts.in[CONNECTION_SENDING]);
}

/* Both ports, told apart by a label. */
static void write_ports(struct text *out, const char *name, const struct metrics_view *view,
                        void (*write)(struct text *out, const char *name, const char *port,
                                      const struct connection_counts *counts))
{
    struct connection_counts webhook = connections_count(view->webhook);
    struct connection_counts plain = connections_count(view->plain);

    write(out, name, "webhook", &webhook);
    write(out, name, "metrics", &plain);
}

static void put_states(struct text *out, const char *name, const char *port,
                       const struct connection_counts *counts)
{
    for (size_t i = 0; i < CONNECTION_STATES; i++)
        put(out, name,
            arena_printf(out->arena, "{port=\"%s\",state=\"%s\"}", port, connection_state_names[i]),
            counts->in[i]);
}

static void put_opened(struct text *out, const char *name, const char *port,
                       const struct connection_counts *counts)
{
    put(out, name, arena_printf(out->arena, "{port=\"%s\"}", port), counts->opened);
}

static void put_silent(struct text *out, const char *name, const char *port,
                       const struct connection_counts *counts)
{
    put(out, name, arena_printf(out->arena, "{port=\"%s\"}", port), counts->silent);
}

static void put_ended(struct text *out, const char *name, const char *port,
                      const struct connection_counts *counts)
{
    for (size_t i = 0; i < CONNECTION_ENDS; i++)
        put(out, name,
            arena_printf(out->arena, "{port=\"%s\",why=\"%s\"}", port, connection_end_names[i]),
            counts->ended[i]);
}

static void write_connections(struct text *out, const char *name, const struct metrics_view *view)
{
    write_ports(out, name, view, put_states);
}

static void write_opened(struct text *out, const char *name, const struct metrics_view *view)
{
    write_ports(out, name, view, put_opened);
}

static void write_silent(struct text *out, const char *name, const struct metrics_view *view)
{
    write_ports(out, name, view, put_silent);
}

static void write_ended(struct text *out, const char *name, const struct metrics_view *view)
{
    write_ports(out, name, view, put_ended);
}

static void put_results(struct text *out, const char *name, const atomic_uint_fast64_t counts[2])
{
    put(out, name, "{result=\"error\"}", atomic_load(&counts[false]));
    put(out, name, "{result=\"ok\"}", atomic_load(&counts[true]));
}

static void write_reloads(struct text *out, const char *name, const struct metrics_view *view)
{
    (void)view;
    put_results(out, name, metrics.reloads);
}

static void write_policies(struct text *out, const char *name, const struct metrics_view *view)
{
    (void)view;
    put_results(out, name, metrics.policies);
}

static void write_log_dropped(struct text *out, const char *name, const struct metrics_view *view)
{
    (void)view;
    put(out, name, "", log_dropped());
}

static void write_recorded(struct text *out, const char *name, const struct metrics_view *view)
{
    const struct recorder_counts counts = recorder_count(view->recorder);

    put(out, name, "{result=\"written\"}", counts.written);
    put(out, name, "{result=\"dropped\"}", counts.dropped);
    put(out, name, "{result=\"failed\"}", counts.failed);
}

static void write_resident(struct text *out, const char *name, const struct metrics_view *view)
{
    (void)view;
    put(out, name, "", resident_bytes());
}

static void write_ready(struct text *out, const char *name, const struct metrics_view *view)
{
    put(out, name, "", view->ready);
}

static void write_build(struct text *out, const char *name, const struct metrics_view *view)
{
    (void)view;
    put(out, name,
        "{version=\"" BUILD_VERSION "\",libmicrohttpd=\"" BUILD_MHD "\",gnutls=\"" BUILD_GNUTLS
        "\"}",
        1);
}

static const struct {
    const char *name, *type, *help;
    void (*write)(struct text *out, const char *name, const struct metrics_view *view);
    const atomic_uint_fast64_t *value; /* where there is no write() */
} families[] = {
    {"requests_total", "counter", "Answers on the TLS port, by path and HTTP status.",
     write_requests, NULL},
    {"decisions_total", "counter", "What was decided about AdmissionReviews.", write_decisions,
     NULL},
    {"rule_hits_total", "counter", "Findings, by rule.", write_rules, NULL},
    {"injections_total", "counter", "JSON Patch operations sent.", NULL, &metrics.injections},
    {"request_duration_seconds", "histogram",
     "From the last byte of a request to its answer, waiting included.", write_durations, NULL},
    {"requests_in_flight", "gauge", "Requests whose header is complete and answer is not.",
     write_in_flight, NULL},
    {"connections", "gauge", "Open connections, by port and what they are at.", write_connections,
     NULL},
    {"connections_opened_total", "counter", "Connections accepted.", write_opened, NULL},
    {"connections_silent_total", "counter",
     "Connections closed before a complete request header: also failed handshakes.", write_silent,
     NULL},
    {"connections_ended_total", "counter", "Connections that the server ended early, and why.",
     write_ended, NULL},
    {"client_certificates_refused_total", "counter",
     "Client certificates that did not verify or match.", NULL, &metrics.clients_refused},
    {"reloads_total", "counter", "Reloads of certificate, key and client CA.", write_reloads, NULL},
    {"policy_generation", "gauge",
     "How many policies have been in force; the first is that of the start.", NULL,
     &metrics.policies[true]},
    {"policy_reloads_total", "counter", "Times the policy was read, the start included.",
     write_policies, NULL},
    {"policy_rejected", "gauge", "1 while the policy file is not good, and an older one in force.",
     NULL, &metrics.policy_rejected},
    {"certificate_rejected", "gauge",
     "1 while certificate, key or client CA are not good, and older ones in force.", NULL,
     &metrics.certificate_rejected},
    {"certificate_not_before_timestamp_seconds", "gauge", "When the serving certificate begins.",
     NULL, &metrics.certificate_begins},
    {"certificate_not_after_timestamp_seconds", "gauge", "When the serving certificate expires.",
     NULL, &metrics.certificate_expires},
    {"log_lines_dropped_total", "counter", "Log lines lost because nobody read them.",
     write_log_dropped, NULL},
    {"record_lines_total", "counter",
     "Lines of --record: written, dropped because the disk was slow, failed on it.", write_recorded,
     NULL},
    {"resident_memory_bytes", "gauge", "Memory of the process that is in RAM.", write_resident,
     NULL},
    {"ready", "gauge", "1 while new calls are welcome.", write_ready, NULL},
    {"start_time_seconds", "gauge", "When the process started.", NULL, &metrics.started},
    {"build_info", "gauge", "Which build this is.", write_build, NULL},
};

void metrics_write(struct text *out, const struct metrics_view *view)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        text_printf(out, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s %s\n", families[i].name,
                    families[i].help, families[i].name, families[i].type);
        if (families[i].write)
            families[i].write(out, families[i].name, view);
        else
            put(out, families[i].name, "", atomic_load(families[i].value));
    }
}
