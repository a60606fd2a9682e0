/* SPDX-License-Identifier: Apache-2.0 */
#include "server/reload.h"

#include "server/certificate_log.h"
#include "server/clock.h"
#include "server/log.h"
#include "server/metrics.h"

#include <time.h>

enum { AGAIN_MS = 60 * 1000 };

/* What failed may have been for want of memory or of a file to open: those show in no file. */
static void reload_certificates(struct reload *reload)
{
    struct problem problem;
    bool good = certificates_load(reload->certificates, &problem);

    metrics_reload(good);
    reload->again_at = good ? 0 : clock_ms() + AGAIN_MS;
    if (good)
        log_certificate(reload->certificates);
    else
        log_message("reload-failed", "%s; the last good certificate stays", problem.message);
}

/* The event is there to be alarmed by: the file is not what is in force. */
bool reload_policy(struct reload *reload, struct problem *problem)
{
    bool good = policies_load(reload->policies, problem);
    struct log_line line;

    metrics_policy(good);
    if (!good)
        return false;
    line = log_begin("policy");
    log_text(&line, "file", reload->policy_file ? reload->policy_file : "");
    log_end(&line);
    return true;
}

void reload_look(struct reload *reload, bool asked)
{
    bool again = reload->again_at && clock_ms() >= reload->again_at;
    struct problem problem;

    if (certificates_changed(reload->certificates) || asked || again)
        reload_certificates(reload);
    if ((policies_changed(reload->policies) || asked) && !reload_policy(reload, &problem))
        log_message("policy-rejected", "%s; the last good policy stays", problem.message);
    log_expiry(reload->certificates, &reload->expiry, time(NULL));
}
