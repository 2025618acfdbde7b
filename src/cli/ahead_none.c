/* SPDX-License-Identifier: MIT */
/* Where the command has no threads, files are opened when their turn comes: see ahead.h. */
#include "ahead.h"

ahead *ahead_start(const scan *s, const options *o)
{
    (void)s;
    (void)o;
    return NULL;
}

void ahead_take(ahead *a, const scanned *file, const options *o, report *out)
{
    (void)a;
    report_open(out, file->path, o);
}

void ahead_end(ahead *a)
{
    (void)a;
}
