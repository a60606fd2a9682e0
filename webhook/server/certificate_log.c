/* SPDX-License-Identifier: Apache-2.0 */
#include "server/certificate_log.h"

#include "server/log.h"
#include "server/metrics.h"

#include <time.h>

void log_certificate(struct certificates *certificates)
{
    struct certificate *certificate = certificates_hold(certificates);
    const struct certificate_facts *facts = certificate_facts(certificate);
    time_t now = time(NULL), end = (time_t)facts->not_after;
    char date[sizeof "2000-01-01T00:00:00Z"] = "";
    struct log_line line = log_begin("certificate");
    struct tm utc;

    if (gmtime_r(&end, &utc))
        (void)strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &utc);
    log_text(&line, "names", facts->names);
    log_text(&line, "notAfter", date);
    log_number(&line, "daysLeft", (facts->not_after - now) / (24 * 60 * 60));
    if (facts->not_after < now || facts->not_before > now)
        log_text(&line, "warning", "it is not valid today: the API server will refuse it");
    else if (!facts->names[0])
        log_text(&line, "warning", "it has no DNS name or address: the API server will refuse it");
    log_end(&line);
    metrics_certificate_expires(facts->not_after);
    certificate_release(certificate);
}
