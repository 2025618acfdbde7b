/* SPDX-License-Identifier: MIT */
/* Strict UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF). */
#ifndef TGI_CORE_UTF8_H
#define TGI_CORE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Why text is refused. */
typedef enum tgi_text_fault {
    TGI_TEXT_FINE = 0,
    TGI_TEXT_NUL = 1,
    TGI_TEXT_NOT_UTF8 = 2,
} tgi_text_fault;

#define TGI_EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Sets bit 7 of every byte that is ASCII without NUL, and no other bit 7. Adding 0x7F to seven bits sets it unless they
 * are all zero, and no carry leaves a byte. */
/*@ assigns \nothing; */
static inline uint64_t tgi_plain_bits(uint64_t word)
{
    return ((word & TGI_EACH_BYTE(0x7F)) + TGI_EACH_BYTE(0x7F)) & ~word;
}

/*@ assigns \nothing; */
static inline bool tgi_plain_word(uint64_t word)
{
    return (tgi_plain_bits(word) & TGI_EACH_BYTE(0x80)) == TGI_EACH_BYTE(0x80);
}

/*@ assigns \nothing; */
static inline bool tgi_plain_byte(uint8_t byte)
{
    return byte > 0 && byte < 0x80;
}

/* How many of the first bytes are known to be ASCII without NUL: all, or those of the whole words of eight before the
 * first word that has another. Short strings are what vocabularies have: none is looked at byte by byte, since the last
 * word may overlap the one before it. */
/*@ requires len > 0 ==> \valid_read(text + (0 .. len - 1));
  @ assigns \nothing;
  @ ensures \result <= len;
  @*/
static inline size_t tgi_plain_prefix(const uint8_t *text, size_t len)
{
    uint64_t word;
    uint32_t first, last;
    size_t at = 0;
    /*@ loop invariant 0 <= at <= len;
      @ loop assigns at, word;
      @ loop variant len - at;
      @*/
    while (len - at >= 8) {
        memcpy(&word, text + at, sizeof word);
        if (!tgi_plain_word(word))
            return at;
        at += 8;
    }
    if (at == len)
        return len;
    if (len >= 8) {
        memcpy(&word, text + (len - 8), sizeof word);
        return tgi_plain_word(word) ? len : at;
    }
    if (len >= 4) {
        memcpy(&first, text, sizeof first);
        memcpy(&last, text + (len - 4), sizeof last);
        return tgi_plain_word((uint64_t)first << 32 | last) ? len : 0;
    }
    return tgi_plain_byte(text[0]) && tgi_plain_byte(text[len / 2]) && tgi_plain_byte(text[len - 1]) ? len : 0;
}

/* Looks at the `len` bytes at `text`. Where they are not valid UTF-8 or hold a NUL, stores where the first
 * bad sequence or the NUL begins in `*out_at`. */
tgi_text_fault tgi_check_text(const uint8_t *text, size_t len, size_t *out_at);

/* Is it text of the commonest sequences alone? If not, tgi_check_text knows. Of the `room` bytes at `text`, which are
 * not fewer than `len`, any may be read: short texts are judged without a branch. */
/*@ requires len <= room && (room > 0 ==> \valid_read(text + (0 .. room - 1)));
  @ assigns \nothing;
  @*/
bool tgi_is_common_text(const uint8_t *text, size_t len, size_t room);

/* Bytes of the sequence that begins at `at`, or 0 where it is not valid. */
/*@ requires at < len && \valid_read(text + (0 .. len - 1));
  @ assigns \nothing;
  @ ensures 0 <= \result <= 4 && \result <= len - at;
  @*/
size_t tgi_utf8_length(const uint8_t *text, size_t len, size_t at);

#endif
