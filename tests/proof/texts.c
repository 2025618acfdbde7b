/* SPDX-License-Identifier: MIT */
/* What Eva runs, for what the provers take by contract: the fast paths over words. Each length up to LONGEST by itself,
 * and bytes that may be anything; the text is all of the object that it is in. LIE is 0, or 1 for the negative control:
 * a length that is not true. */
#include "core/json.c"
#include "core/utf8.c"

#include "__fc_builtin.h"

#include <stdlib.h>

/* A text of `len` unknown bytes, which nothing may be read behind or before. */
static uint8_t *unknown_text(size_t len)
{
    uint8_t *text = malloc(len > 0 ? len : 1);
    if (len > 0)
        Frama_C_make_unknown((char *)text, len);
    return text;
}

static void check_words(const uint8_t *text, size_t len)
{
    (void)tgi_plain_prefix(text, len);
    (void)plain_prefix(text, len);
    (void)is_common(text, len);
    for (size_t shorter = 0; shorter <= len; shorter++)
        (void)tgi_is_common_text(text, shorter, len);
    if (len >= 8)
        (void)tgi_load_u64(text + (len - 8), Frama_C_nondet(0, 1) != 0);
}

int main(void)
{
    for (size_t len = 0; len <= LONGEST; len++) {
        uint8_t *text = unknown_text(len);
        check_words(text, len + LIE);
        free(text);
    }
    return 0;
}
