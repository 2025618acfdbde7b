/* SPDX-License-Identifier: MIT */
/* UTF-8: the library's reader, which looks at eight bytes at a time, against one that decodes every character. */
#include "fuzz.h"
#include "ref_gguf.h"

#include "core/utf8.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 65536)
        return 0;
    for (size_t shift = 0; shift < 8; shift += 3) {
        uint8_t *block = (uint8_t *)malloc(size + shift + 1);
        FUZZ_CHECK(block != NULL, "no memory for the input");
        uint8_t *text = block + 1 + shift; /* ends where the block ends */
        if (size > 0)
            memcpy(text, data, size);
        size_t at = 77;
        uint64_t ref_at = 0;
        bool nul = false;
        bool fine = ref_utf8(text, size, &ref_at, &nul);
        tgi_text_fault fault = tgi_check_text(text, size, &at);
        FUZZ_CHECK(fault == (fine ? TGI_TEXT_FINE : nul ? TGI_TEXT_NUL : TGI_TEXT_NOT_UTF8), "another verdict");
        FUZZ_CHECK(at == (fine ? 77 : ref_at), "the fault is elsewhere");
        free(block);
    }
    return 0;
}
