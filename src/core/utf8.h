/* SPDX-License-Identifier: MIT */
/* Strict UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF). */
#ifndef TGI_CORE_UTF8_H
#define TGI_CORE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why text is refused. */
typedef enum tgi_text_fault {
    TGI_TEXT_FINE = 0,
    TGI_TEXT_NUL = 1,
    TGI_TEXT_NOT_UTF8 = 2,
} tgi_text_fault;

/* Looks at the `len` bytes at `text`. Where they are not valid UTF-8 or hold a NUL, stores where the first
 * bad sequence or the NUL begins in `*out_at`. */
tgi_text_fault tgi_check_text(const uint8_t *text, size_t len, size_t *out_at);

/* Bytes of the sequence that begins at `at`, or 0 where it is not valid. */
/*@ requires at < len && \valid_read(text + (0 .. len - 1));
  @ assigns \nothing;
  @ ensures 0 <= \result <= 4 && \result <= len - at;
  @*/
size_t tgi_utf8_length(const uint8_t *text, size_t len, size_t at);

#endif
