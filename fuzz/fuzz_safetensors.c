/* SPDX-License-Identifier: MIT */
/* safetensors alone. What does not begin as one gets the brace that its header begins with. */
#include "fuzz.h"
#include "oracle.h"

#include <stdlib.h>

#define MAX_INPUT ((size_t)65536)
#define LENGTH 8 /* bytes of the length in front of the header */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const ref_file given = {data, size, size};
    if (size > MAX_INPUT || size <= LENGTH || memcmp(data, "GGUF", 4) == 0 || oracle_is_legacy(&given))
        return 0; /* other formats have targets of their own */
    uint8_t *file = (uint8_t *)malloc(size);
    FUZZ_CHECK(file != NULL, "no memory for the input");
    memcpy(file, data, size);
    bool plausible = file[7] == 0 && file[6] == 0 && file[5] == 0 && file[4] == 0;
    if (!plausible || memchr(" \t\r\n[\xEF", file[LENGTH], 6) == NULL)
        file[LENGTH] = '{';
    uint64_t hash = fuzz_hash(file, size);
    const oracle_options options = oracle_options_seldom(hash);
    (void)oracle_run(file, size, &options, hash);
    free(file);
    return 0;
}
