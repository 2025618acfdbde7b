/* SPDX-License-Identifier: MIT */
/* Random numbers from a POSIX system, for the key of the hash of names. */
#if !defined(_DEFAULT_SOURCE)
#define _DEFAULT_SOURCE
#endif

#include "source.h"

#include <string.h>
#include <time.h>
#include <unistd.h>
#if defined(__APPLE__)
#include <sys/random.h>
#endif

void tgi_random(void *bytes, size_t len)
{
    if (getentropy(bytes, len) == 0)
        return;
    /* A system that has no randomness yet: the time and where things lie in memory are hard to guess from a file. */
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t parts[2] = {(uint64_t)now.tv_nsec ^ (uint64_t)(uintptr_t)bytes, (uint64_t)now.tv_sec};
    memset(bytes, 0, len);
    memcpy(bytes, parts, len < sizeof parts ? len : sizeof parts);
}
