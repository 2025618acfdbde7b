/* SPDX-License-Identifier: MIT */
/* Any file, of any format or none: what an untrusted download is. */
#include "fuzz.h"
#include "oracle.h"

#define MAX_INPUT ((size_t)1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > MAX_INPUT)
        return 0;
    uint64_t hash = fuzz_hash(data, size);
    const oracle_options options = oracle_options_from(hash);
    (void)oracle_run(data, size, &options, hash);
    return 0;
}
