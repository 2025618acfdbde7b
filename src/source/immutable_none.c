/* SPDX-License-Identifier: MIT */
/* Immutable files where the system knows none. */
#include "source.h"

bool tgi_fd_is_immutable(int fd)
{
    (void)fd;
    return false;
}

tgi_fault tgi_source_seal(tgi_source *source)
{
    (void)source;
    tgi_fault fault = {TG_E_NO_SEALS, 0};
    return fault;
}
