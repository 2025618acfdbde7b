/* SPDX-License-Identifier: MIT */
/* GGUF alone. The magic is written over the input, so that no execution is spent on other files. */
#include "fuzz.h"
#include "oracle.h"

#include <stdlib.h>

#define MAX_INPUT ((size_t)65536)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > MAX_INPUT || size < 4)
        return 0;
    uint8_t *file = (uint8_t *)malloc(size);
    FUZZ_CHECK(file != NULL, "no memory for the input");
    memcpy(file, data, size);
    memcpy(file, "GGUF", 4);
    uint64_t hash = fuzz_hash(file, size);
    const oracle_options options = oracle_options_seldom(hash);
    (void)oracle_run(file, size, &options, hash);
    free(file);
    return 0;
}
