/* SPDX-License-Identifier: MIT */
/* How files of the ggml family before GGUF begin: the oracle and the mutators tell them by this, not by the library. */
#ifndef FUZZ_LEGACY_MAGICS_H
#define FUZZ_LEGACY_MAGICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static const char legacy_magics[][5] = {"lmgg", "fmgg", "tjgg", "algg", "ccgg", "mmgg", "lper"};

enum {
    NUM_LEGACY_MAGICS = sizeof legacy_magics / sizeof legacy_magics[0]
};

static inline bool has_legacy_magic(const uint8_t *data, uint64_t size)
{
    for (size_t i = 0; i < NUM_LEGACY_MAGICS; i++)
        if (size >= 4 && memcmp(data, legacy_magics[i], 4) == 0)
            return true;
    return false;
}

#endif
