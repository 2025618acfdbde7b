/* SPDX-License-Identifier: MIT */
/* What every target shares: the check that is never compiled out, the hash that options come from, and small
 * random numbers. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include "tensorgate.h"

#include <string.h>

/* One input. The entry point that engines call; always returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process unless `holds`: in release builds too, since the engines look for nothing else. */
#define FUZZ_CHECK(holds, what)                                                                                        \
    do {                                                                                                               \
        if (!(holds))                                                                                                  \
            fuzz_fail(__FILE__, __LINE__, (what));                                                                     \
    } while (0)

#if defined(__GNUC__)
__attribute__((noreturn, cold))
#endif
void fuzz_fail(const char *file, int line, const char *what);

/* What is run at the moment, for the message; NULL where only the engine knows. */
extern const char *fuzz_current;

#if defined(__clang__)
#define FUZZ_MAY_WRAP __attribute__((no_sanitize("unsigned-integer-overflow", "unsigned-shift-base")))
#else
#define FUZZ_MAY_WRAP
#endif

/* A number that depends on every byte. Options are bits of it, so that inputs stay whole files. */
uint64_t fuzz_hash(const void *data, size_t size);

/* splitmix64 by Sebastiano Vigna: the next of a row of random numbers. */
FUZZ_MAY_WRAP static inline uint64_t fuzz_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

#endif
