/* SPDX-License-Identifier: Apache-2.0 */
#include "server/certificate_log.h"

#include "server/log.h"
#include "server/metrics.h"

#include <time.h>

static struct log_line begin_line(const char *event, const struct certificate_facts *facts,
                                  int64_t now)
{
    time_t end = (time_t)facts->not_after;
    char date[sizeof "2000-01-01T00:00:00Z"] = "";
    struct log_line line = log_begin(event);
    struct tm utc;

    if (gmtime_r(&end, &utc))
        (void)strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &utc);
    log_text(&line, "names", facts->names);
    log_text(&line, "notAfter", date);
    log_number(&line, "daysLeft", (facts->not_after - now) / (24 * 60 * 60));
    return line;
}

void log_certificate(struct certificates *certificates)
{
    struct certificate *certificate = certificates_hold(certificates);
    const struct certificate_facts *facts = certificate_facts(certificate);
    time_t now = time(NULL);
    struct log_line line = begin_line("certificate", facts, now);

    if (facts->not_after < now || facts->not_before > now)
        log_text(&line, "warning", "it is not valid today: the API server will refuse it");
    else if (!facts->names[0])
        log_text(&line, "warning", "it has no DNS name or address: the API server will refuse it");
    log_end(&line);
    metrics_certificate(facts->not_before, facts->not_after);
    certificate_release(certificate);
}

void log_expiry(struct certificates *certificates, struct expiry_watch *watch, int64_t now)
{
    static const char *const warnings[] = {
        [EXPIRY_SOON] = "it ends soon and nobody has renewed it",
        [EXPIRY_LAST_DAY] = "it ends in less than a day and nobody has renewed it",
        [EXPIRY_OVER] = "it has expired: the API server refuses it",
    };
    struct certificate *certificate = certificates_hold(certificates);
    const struct certificate_facts *facts = certificate_facts(certificate);
    enum expiry due = expiry_due(watch, facts, now);
    struct log_line line;

    if (due != EXPIRY_FAR) {
        line = begin_line("certificate-expiry", facts, now);
        log_text(&line, "warning", warnings[due]);
        log_end(&line);
    }
    certificate_release(certificate);
}
