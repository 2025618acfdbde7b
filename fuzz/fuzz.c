/* SPDX-License-Identifier: MIT */
/* The check and the hash of all targets: see fuzz.h. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

const char *fuzz_current;

void fuzz_fail(const char *file, int line, const char *what)
{
    (void)fprintf(stderr, "%s:%d: the oracle says no: %s\n", file, line, what);
    if (fuzz_current != NULL)
        (void)fprintf(stderr, "%s\n", fuzz_current);
    (void)fflush(stderr);
    abort();
}

FUZZ_MAY_WRAP uint64_t fuzz_hash(const void *data, size_t size)
{
    const uint8_t *bytes = (const uint8_t *)data;
    uint64_t hash = UINT64_C(0xCBF29CE484222325) ^ size;
    size_t at = 0;
    for (; size - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, bytes + at, sizeof word);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        word = __builtin_bswap64(word); /* one input is tried in the same ways everywhere */
#endif
        hash = (hash ^ word) * UINT64_C(0x9FB21C651E98DF25);
        hash ^= hash >> 32;
    }
    for (; at < size; at++)
        hash = (hash ^ bytes[at]) * UINT64_C(0x100000001B3);
    return fuzz_random(&hash);
}

/* Small blocks that come and go: the usual quarantine of 256 MiB would cost three quarters of the speed; one of 1 MiB
 * holds all blocks of some inputs, and stays in the cache. Where blocks were allocated tells
 * ASAN_OPTIONS=malloc_context_size=30. The allocator of the oracle fills fresh blocks by itself. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "quarantine_size_mb=1:thread_local_quarantine_size_kb=64:malloc_context_size=1:max_malloc_fill_size=0:"
           "allocator_may_return_null=0";
}
