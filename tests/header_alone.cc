// SPDX-License-Identifier: MIT
// The public header is C++ too.
#include "tensorgate.h"

#include "tensorgate.h"

int header_alone_cxx();

int header_alone_cxx()
{
    tg_limits limits = {};
    limits.struct_size = sizeof limits;
    return static_cast<int>(tg_status_class(TG_OK)) + static_cast<int>(limits.max_keys);
}
