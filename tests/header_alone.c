/* SPDX-License-Identifier: MIT */
/* The public header needs no other before it, and can be included twice. */
#include "tensorgate.h"

#include "tensorgate.h"

int header_alone_c(void);

int header_alone_c(void)
{
    return (int)tg_status_class(TG_OK);
}
