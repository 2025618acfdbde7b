/* SPDX-License-Identifier: MIT */
/* What the prover looks at: the cursor and the checked arithmetic, which are headers. */
#include "core/cursor.h"
