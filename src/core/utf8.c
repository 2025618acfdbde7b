/* SPDX-License-Identifier: MIT */
/* Strict UTF-8 (see utf8.h). Pure: reads only [text, text + len). */
#include "utf8.h"

#include "cursor.h"

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

#define EACH(byte) TGI_EACH_BYTE(byte)

/* Is the word ASCII without NUL and sequences of two or three bytes whose first byte has no exceptions (all but C0, C1,
 * E0 and ED)? Bits 7 of `*need` are the bytes that must continue a sequence of the word before; those of the next word
 * are stored there. Branch-free, since what comes next in a vocabulary cannot be predicted. */
/*@ requires \valid(need);
  @ assigns *need;
  @*/
static inline bool common_word(uint64_t word, uint64_t *need)
{
    uint64_t second = word << 1, third = word << 2, fourth = word << 3; /* bits 6, 5 and 4 at the place of bit 7 */
    uint64_t continues = word & ~second & EACH(0x80), leads = word & second & EACH(0x80), leads_two = leads & third;
    uint64_t some = ((word & EACH(0x7F)) + EACH(0x7F)) | word;
    uint64_t above_c1 = (word & EACH(0x1E)) + EACH(0x7E);
    uint64_t not_e0 = (word & EACH(0x0F)) + EACH(0x7F), not_ed = ((word ^ EACH(0x0D)) & EACH(0x0F)) + EACH(0x7F);
    uint64_t bad = (leads_two & fourth) | (leads & ~third & ~above_c1) | (leads_two & ~(not_e0 & not_ed));
    uint64_t expected = *need | leads << 8 | leads_two << 16;
    *need = leads >> 56 | leads_two >> 48;
    return (bad | (~some & EACH(0x80)) | (continues ^ expected)) == 0;
}

/* The last bytes of `len` at `text`, which are fewer than a word, with ASCII behind them. */
/*@ requires len > 0 && \valid_read(text + (0 .. len - 1));
  @ assigns \nothing;
  @*/
static inline uint64_t last_word(const uint8_t *text, size_t len)
{
    size_t rest = len % 8;
    uint64_t word;
    if (len >= 8)
        /* cppcheck-suppress shiftTooManyBits ; the rest of whole words is not asked for */
        word = tgi_load_u64(text + (len - 8), false) >> 8 * (8 - rest);
    else if (len >= 4)
        word = tgi_load_u32(text, false) | (uint64_t)tgi_load_u32(text + (len - 4), false) >> 8 * (8 - len) << 32;
    else
        word = text[0] | (uint64_t)text[len / 2] << 8 * (len / 2) | (uint64_t)text[len - 1] << 8 * (len - 1);
    return word | EACH(0x20) << 8 * rest;
}

/* Is it text of common words alone? If not, it may be text all the same. */
/*@ requires len > 0 ==> \valid_read(text + (0 .. len - 1));
  @ assigns \nothing;
  @*/
static bool is_common(const uint8_t *text, size_t len)
{
    uint64_t need = 0;
    size_t at = 0;
    /*@ loop invariant 0 <= at <= len;
      @ loop assigns at, need;
      @ loop variant len - at;
      @*/
    for (; len - at >= 8; at += 8)
        if (!common_word(tgi_load_u64(text + at, false), &need))
            return false;
    return (at == len || common_word(last_word(text, len), &need)) && need == 0;
}

/* The words from byte SHORT - len on are masks of the bytes that belong to a text of `len` bytes. */
#define SHORT 32
#define ALL 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF
static const uint8_t own_bytes[2 * SHORT] = {ALL, ALL, ALL, ALL};

bool tgi_is_common_text(const uint8_t *text, size_t len, size_t room)
{
    if (len > SHORT || room < SHORT)
        return tgi_plain_prefix(text, len) == len || is_common(text, len);
    uint64_t plain = EACH(0x80), need = 0;
    for (size_t at = 0; at < SHORT; at += 8) {
        uint64_t word = tgi_load_u64(text + at, false), own = tgi_load_u64(own_bytes + (SHORT - len + at), false);
        plain &= tgi_plain_bits(word) | ~own;
    }
    if (plain == EACH(0x80))
        return true;
    if (len > 16)
        return is_common(text, len);
    bool fine = true;
    for (size_t at = 0; at < 16; at += 8) {
        uint64_t word = tgi_load_u64(text + at, false), own = tgi_load_u64(own_bytes + (SHORT - len + at), false);
        fine &= common_word((word & own) | (EACH(0x20) & ~own), &need);
    }
    return fine && need == 0;
}

/*@ requires len > 0 ==> \valid_read(text + (0 .. len - 1));
  @ requires \valid(out_at) && \separated(out_at, text + (0 .. len - 1));
  @ assigns *out_at;
  @ ensures \result == TGI_TEXT_FINE ==> *out_at == \old(*out_at);
  @ ensures \result != TGI_TEXT_FINE ==> *out_at < len;
  @*/
tgi_text_fault tgi_check_text(const uint8_t *text, size_t len, size_t *out_at)
{
    size_t at = 0;
    if (is_common(text, len))
        return TGI_TEXT_FINE;
    /*@ loop invariant 0 <= at <= len;
      @ loop assigns at;
      @ loop variant len - at;
      @*/
    while (at < len) {
        if (text[at] < 0x80) {
            size_t plain = tgi_plain_prefix(text + at, len - at);
            at += plain;
            if (plain > 0)
                continue;
        }
        size_t length = tgi_utf8_length(text, len, at);
        if (length == 0 || text[at] == 0) {
            *out_at = at;
            return length == 0 ? TGI_TEXT_NOT_UTF8 : TGI_TEXT_NUL;
        }
        at += length;
    }
    return TGI_TEXT_FINE;
}
