/* SPDX-License-Identifier: MIT */
/* Files are opened ahead by threads, while their verdicts are printed one after the other. */
#ifndef TENSORGATE_CLI_AHEAD_H
#define TENSORGATE_CLI_AHEAD_H

#include "report.h"
#include "scan.h"

typedef struct ahead ahead;

/* ahead_start begins to open the files of `s` in the order in which they are judged, in as many threads as `o` says or
 * as there are cores, as far as it pays ahead of ahead_take. Files that a set begins elsewhere are left alone. NULL
 * where there is nothing to win, and where there are no threads: then ahead_take opens each file itself. The scan must
 * stay as it is but for `judged` and `covered`. */
ahead *ahead_start(const scan *s, const options *o);

/* ahead_take stores the report of `file`, which the caller closes. */
void ahead_take(ahead *a, const scanned *file, const options *o, report *out);

/* ahead_end waits for the threads, and closes what nobody took. NULL is fine. */
void ahead_end(ahead *a);

#endif
