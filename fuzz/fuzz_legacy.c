/* SPDX-License-Identifier: MIT */
/* The ggml family before GGUF alone. What has none of its magics gets one; half of the times a layout is asked for. */
#include "fuzz.h"
#include "legacy_magics.h"
#include "oracle.h"

#include <stdlib.h>

#define MAX_INPUT ((size_t)65536)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > MAX_INPUT || size < 4)
        return 0;
    uint8_t *bytes = (uint8_t *)malloc(size);
    FUZZ_CHECK(bytes != NULL, "no memory for the input");
    memcpy(bytes, data, size);
    if (!has_legacy_magic(bytes, size))
        memcpy(bytes, legacy_magics[bytes[0] % NUM_LEGACY_MAGICS], 4);
    uint64_t hash = fuzz_hash(bytes, size);
    oracle_options options = oracle_options_seldom(hash);
    tg_layout layout;
    if ((hash >> 33 & 1) == 0 && tg_layout_at(hash >> 36 & 31, &layout))
        options.layout = tg_layout_name(layout);
    if ((hash >> 34 & 7) == 1)
        options.flags |= TG_GPT4ALL_VOCABULARY;
    (void)oracle_run(bytes, size, &options, hash);
    free(bytes);
    return 0;
}
