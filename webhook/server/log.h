/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log: one JSON object a line, on stderr (stdout stays free for what commands answer). A line
 * is written by a thread of its own from a bounded queue, so a stuck reader of the log never keeps
 * a call from its answer; what does not fit is counted and lost. The fields time and event are on
 * each line; texts from outside are cut after LOG_TEXT_MAX bytes. Never object content.
 *
 *     struct log_line line = log_begin("decision");
 *     log_text(&line, "uid", uid);
 *     log_end(&line);
 */
#ifndef SERVER_LOG_H
#define SERVER_LOG_H

#include "core/text.h"

#include <stdatomic.h>
#include <stdint.h>

enum { LOG_TEXT_MAX = 256 };

struct log_line {
    struct text text; /* lives in an arena of its own, freed by log_end(); no memory: NULL */
};

/* Starts the writer; before that, lines wait in the queue. False if there is no thread to be had.
 */
bool log_start(void);

/* Writes what is queued, for a second at most, and ends the writer. */
void log_stop(void);

struct log_line log_begin(const char *event);
void log_json(struct log_line *line, const char *key, struct bytes json);
void log_text(struct log_line *line, const char *key, const char *value);
void log_number(struct log_line *line, const char *key, int64_t value);
void log_bool(struct log_line *line, const char *key, bool value);
void log_end(struct log_line *line);

/* An event that has only a message. */
void log_message(const char *event, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* For events that a stranger can cause: true at most once a second. One limit an event. */
struct log_limit {
    atomic_int_fast64_t next_ms;
};

bool log_allows(struct log_limit *limit);

/* Lines lost because nobody read the log. */
uint64_t log_dropped(void);

#endif
