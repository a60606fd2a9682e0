/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_CERTIFICATE_LOG_H
#define SERVER_CERTIFICATE_LOG_H

#include "server/certificate.h"
#include "server/expiry.h"

/* A line on the certificate in force, with a warning where the API server would refuse it; and its
 * life for the metrics. */
void log_certificate(struct certificates *certificates);

/* A warning where it is time for one (expiry.h). now: Unix seconds. */
void log_expiry(struct certificates *certificates, struct expiry_watch *watch, int64_t now);

#endif
