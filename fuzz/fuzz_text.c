/* SPDX-License-Identifier: MIT */
/* UTF-8: the library's reader, which looks at eight bytes at a time, against one that decodes every character. */
#include "fuzz.h"
#include "ref_gguf.h"

#include "core/utf8.h"

#include <stdlib.h>

#define ROOM 40

/* With bytes behind it that belong to no text. */
static void check_room(const uint8_t *data, size_t size)
{
    uint8_t *block = (uint8_t *)malloc(size + ROOM);
    FUZZ_CHECK(block != NULL, "no memory for the input");
    memset(block, 0xFF, size + ROOM);
    if (size > 0)
        memcpy(block, data, size);
    uint64_t at;
    bool nul, fine = ref_utf8(block, size, &at, &nul);
    FUZZ_CHECK(fine || !tgi_is_common_text(block, size, size + ROOM), "common text that is none");
    free(block);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 65536)
        return 0;
    check_room(data, size);
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
        FUZZ_CHECK(fine || !tgi_is_common_text(text, size, size), "common text that is none");
        size_t plain = tgi_plain_prefix(text, size);
        FUZZ_CHECK(plain <= size, "a prefix that is longer than the text");
        for (size_t i = 0; i < plain; i++)
            FUZZ_CHECK(text[i] > 0 && text[i] < 0x80, "plain text that is not");
        free(block);
    }
    return 0;
}
