/* SPDX-License-Identifier: MIT */
/* The guard where none is needed: Windows lets nobody cut a file that is mapped. */
#include "guard.h"

tgi_fault tgi_guard_add(const uint8_t *data, size_t len, atomic_bool *latch)
{
    (void)data;
    (void)len;
    (void)latch;
    tgi_fault fault = {TG_OK, 0};
    return fault;
}

void tgi_guard_remove(const uint8_t *data)
{
    (void)data;
}
