/* SPDX-License-Identifier: MIT */
/* Strict UTF-8 (see utf8.h). Pure: reads only [text, text + len). */
#include "utf8.h"

#include <string.h>

/* The table is that of RFC 3629 section 4: the second byte carries all the exceptions. */
size_t tgi_utf8_length(const uint8_t *text, size_t len, size_t at)
{
    uint8_t first = text[at];
    if (first < 0x80)
        return 1;
    if (first < 0xC2 || first > 0xF4)
        return 0;
    size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (length > len - at)
        return 0;
    uint8_t lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    uint8_t highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (text[at + 1] < lowest || text[at + 1] > highest)
        return 0;
    /*@ loop invariant 2 <= i <= length;
      @ loop assigns i;
      @ loop variant length - i;
      @*/
    for (size_t i = 2; i < length; i++)
        if (text[at + i] < 0x80 || text[at + i] > 0xBF)
            return 0;
    return length;
}

/* How many of the next bytes, in words of eight, are ASCII without NUL. */
/*@ requires len > 0 ==> \valid_read(text + (0 .. len - 1));
  @ assigns \nothing;
  @ ensures \result <= len;
  @*/
static size_t plain_prefix(const uint8_t *text, size_t len)
{
    const uint64_t high = UINT64_C(0x8080808080808080), low_seven = UINT64_C(0x7F7F7F7F7F7F7F7F);
    size_t at = 0;
    while (len - at >= 8) {
        uint64_t word;
        memcpy(&word, text + at, sizeof word);
        /* Adding 0x7F to seven bits sets the high bit unless they are all zero; no carry leaves a byte. */
        if ((word & high) != 0 || (((word & low_seven) + low_seven) & high) != high)
            break;
        at += 8;
    }
    return at;
}

/*@ requires len > 0 ==> \valid_read(text + (0 .. len - 1));
  @ requires \valid(out_at) && \separated(out_at, text + (0 .. len - 1));
  @ assigns *out_at;
  @ ensures \result == TGI_TEXT_FINE ==> *out_at == \old(*out_at);
  @ ensures \result != TGI_TEXT_FINE ==> *out_at < len;
  @*/
tgi_text_fault tgi_check_text(const uint8_t *text, size_t len, size_t *out_at)
{
    size_t at = plain_prefix(text, len);
    /*@ loop invariant 0 <= at <= len;
      @ loop assigns at;
      @ loop variant len - at;
      @*/
    while (at < len) {
        size_t length = tgi_utf8_length(text, len, at);
        if (length == 0 || text[at] == 0) {
            *out_at = at;
            return length == 0 ? TGI_TEXT_NOT_UTF8 : TGI_TEXT_NUL;
        }
        at += length;
        if (length == 1 && len - at >= 8)
            at += plain_prefix(text + at, len - at);
    }
    return TGI_TEXT_FINE;
}
