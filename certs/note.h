/* SPDX-License-Identifier: Apache-2.0 */
/* The controller's log: one JSON line an event on stderr, with time, event, object and message. */
#ifndef CERTS_NOTE_H
#define CERTS_NOTE_H

/* object: what it is about, NULL for none. Never key material, never what an object holds. */
void note(const char *event, const char *object, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
