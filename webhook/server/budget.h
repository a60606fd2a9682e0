/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What large bodies and large answers may take together. A body comes as slowly as a peer likes and
 * an answer stays until it is read: without a bound, 512 peers that asked with 65 KB and read
 * nothing held 284 MiB (measured), and a body of 240 KB is enough for an answer of 1.5 MB. Small
 * ones are not counted here: they are part of what a connection costs.
 */
#ifndef SERVER_BUDGET_H
#define SERVER_BUDGET_H

#include <stdbool.h>
#include <stddef.h>

enum { BUDGET_STANDARD = 64 * 1024 * 1024 };

/* Another size than the standard one, before anything is taken. */
void budget_set(size_t size);

/*
 * Part of the budget; false if it is used up. May wait some milliseconds: make_room(context) is
 * asked, repeatedly, to end whoever else holds a part.
 */
bool budget_take(size_t size, void (*make_room)(void *context), void *context);

void budget_give(size_t size);

#endif
