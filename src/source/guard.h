/* SPDX-License-Identifier: MIT */
/* The guard: a handler for SIGBUS, for callers who asked for one, that lets reads through a mapping go on when the
 * file was cut. They then read zeros, and a latch says that it happened. It minds the ranges it was given and
 * nothing else. */
#ifndef TGI_SOURCE_GUARD_H
#define TGI_SOURCE_GUARD_H

#include "source.h"

#include <stdatomic.h>

/* Guards the mapping that holds the `len` bytes at `data`; after a read that would have faulted, `*latch` is true.
 * Fails with TG_E_GUARD where there is no room for one more. Any thread may call it. */
tgi_fault tgi_guard_add(const uint8_t *data, size_t len, atomic_bool *latch);

/* Ends what tgi_guard_add began, before the mapping goes away. Unknown ranges are passed over. */
void tgi_guard_remove(const uint8_t *data);

#endif
