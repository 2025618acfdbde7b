/* SPDX-License-Identifier: MIT */
/* The JSON reader (see json.h). The functions that look at text are pure: they read only [text, text + len), and
 * return a position in it. */
#include "json.h"

#include "utf8.h"

/* Moves by `n` bytes, which are there. */
/*@ requires json_cursor(c) && n <= c->len - c->pos;
  @ assigns c->pos;
  @ ensures c->pos == \old(c->pos) + n;
  @ ensures json_cursor(c);
  @*/
static inline void move_by(tgi_cursor *c, size_t n)
{
    const uint8_t *passed;
    if (n > 0 && !tgi_take(c, n, &passed)) /* of no bytes at all there is no address */
        c->pos = c->len;
}

/*@ assigns \nothing;
  @*/
static inline bool is_space(uint8_t byte)
{
    return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r';
}

/*@ assigns \nothing;
  @ ensures \result <==> '0' <= byte <= '9';
  @*/
static inline bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

/*@ requires at <= len && (len > 0 ==> \valid_read(text + (0 .. len - 1)));
  @ assigns \nothing;
  @ ensures at <= \result <= len;
  @*/
static inline size_t after_space(const uint8_t *text, size_t len, size_t at)
{
    /*@ loop invariant \at(at, Pre) <= at <= len;
      @ loop assigns at;
      @ loop variant len - at;
      @*/
    while (at < len && is_space(text[at]))
        at++;
    return at;
}

/*@ requires at <= len && (len > 0 ==> \valid_read(text + (0 .. len - 1)));
  @ assigns \nothing;
  @ ensures at <= \result <= len;
  @*/
static inline size_t after_digits(const uint8_t *text, size_t len, size_t at)
{
    /*@ loop invariant \at(at, Pre) <= at <= len;
      @ loop assigns at;
      @ loop variant len - at;
      @*/
    while (at < len && is_digit(text[at]))
        at++;
    return at;
}

/* Does the word of `n` bytes stand at `at`? */
/*@ requires at <= len && (len > 0 ==> \valid_read(text + (0 .. len - 1))) && \valid_read(word + (0 .. n - 1)) && n > 0;
  @ assigns \nothing;
  @*/
static bool stands_here(const uint8_t *text, size_t len, size_t at, const char *word, size_t n)
{
    if (n > len - at)
        return false;
    /*@ loop invariant 0 <= i <= n;
      @ loop assigns i;
      @ loop variant n - i;
      @*/
    for (size_t i = 0; i < n; i++)
        if (text[at + i] != (uint8_t)word[i])
            return false;
    return true;
}

void tgi_json_space(tgi_cursor *c)
{
    size_t len;
    const uint8_t *text = tgi_rest(c, &len);
    move_by(c, after_space(text, len, 0));
}

/* What begins with the byte at `at`? */
/*@ requires at < len && \valid_read(text + (0 .. len - 1));
  @ assigns \nothing;
  @*/
static tgi_json_kind kind_at(const uint8_t *text, size_t len, size_t at)
{
    switch (text[at]) {
    case '{':
        return TGI_JSON_OBJECT;
    case '[':
        return TGI_JSON_ARRAY;
    case '"':
        return TGI_JSON_STRING;
    case 't':
        return stands_here(text, len, at, "true", 4) ? TGI_JSON_TRUE : TGI_JSON_NOTHING;
    case 'f':
        return stands_here(text, len, at, "false", 5) ? TGI_JSON_FALSE : TGI_JSON_NOTHING;
    case 'n':
        return stands_here(text, len, at, "null", 4) ? TGI_JSON_NULL : TGI_JSON_NOTHING;
    case '-':
        return TGI_JSON_NUMERIC;
    default:
        break;
    }
    return is_digit(text[at]) ? TGI_JSON_NUMERIC : TGI_JSON_NOTHING;
}

tgi_json_kind tgi_json_peek(tgi_cursor *c)
{
    size_t len;
    const uint8_t *text = tgi_rest(c, &len);
    size_t at = after_space(text, len, 0);
    move_by(c, at);
    return at == len ? TGI_JSON_NOTHING : kind_at(text, len, at);
}

bool tgi_json_byte_after_space(tgi_cursor *c, uint8_t byte)
{
    size_t len;
    const uint8_t *text = tgi_rest(c, &len);
    size_t at = after_space(text, len, 0);
    bool here = at < len && text[at] == byte;
    move_by(c, here ? at + 1 : at);
    return here;
}

bool tgi_json_is_end(tgi_cursor *c)
{
    tgi_json_space(c);
    return tgi_left(c) == 0;
}

/* Is what is left the beginning of true, false or null? */
/*@ requires at < len && \valid_read(text + (0 .. len - 1));
  @ assigns \nothing;
  @*/
static bool is_cut_word(const uint8_t *text, size_t len, size_t at)
{
    size_t left = len - at;
    return (left < 4 && stands_here(text, len, at, "true", left)) ||
           (left < 5 && stands_here(text, len, at, "false", left)) ||
           (left < 4 && stands_here(text, len, at, "null", left));
}

tgi_json_fault tgi_json_unexpected(tgi_cursor *c)
{
    size_t len;
    const uint8_t *text = tgi_rest(c, &len);
    size_t at = after_space(text, len, 0);
    move_by(c, at);
    return at == len || is_cut_word(text, len, at) ? TGI_JSON_END : TGI_JSON_SYNTAX;
}

/* How many of the next bytes are ASCII that stands for itself in a string: no quote, backslash or control character.
 * It may stop early. */
/*@ requires len > 0 ==> \valid_read(text + (0 .. len - 1));
  @ assigns \nothing;
  @ ensures \result <= len;
  @*/
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && !defined(__FRAMAC__)
static inline size_t plain_prefix(const uint8_t *text, size_t len)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones * 0x80, low = ones * 0x7F;
    size_t at = 0;
    while (len - at >= 8) {
        uint64_t word;
        memcpy(&word, text + at, sizeof word);
        /* In seven bits, adding 0x60 sets the high bit from 0x20 on, and adding 0x7F unless all are zero; no carry
         * leaves a byte. */
        uint64_t visible = (word & low) + ones * 0x60;
        uint64_t not_quote = ((word ^ ones * '"') & low) + low;
        uint64_t not_backslash = ((word ^ ones * '\\') & low) + low;
        uint64_t others = (~(visible & not_quote & not_backslash) | word) & high;
        if (others != 0)
            return at + (size_t)__builtin_ctzll(others) / 8;
        at += 8;
    }
    return at;
}
#else
static inline size_t plain_prefix(const uint8_t *text, size_t len)
{
    size_t at = 0;
    /*@ loop invariant 0 <= at <= len;
      @ loop assigns at;
      @ loop variant len - at;
      @*/
    while (at < len && text[at] >= 0x20 && text[at] < 0x80 && text[at] != '"' && text[at] != '\\')
        at++;
    return at;
}
#endif

/* The value of a hexadecimal digit, or 16. */
/*@ assigns \nothing;
  @ ensures \result <= 16;
  @*/
static uint32_t hex_value(uint8_t byte)
{
    if (is_digit(byte))
        return byte - (uint32_t)'0';
    if (byte >= 'a' && byte <= 'f')
        return byte - (uint32_t)'a' + 10;
    if (byte >= 'A' && byte <= 'F')
        return byte - (uint32_t)'A' + 10;
    return 16;
}

/* The code unit of the four digits at `at`, or 0x10000 where they are none. */
/*@ requires at <= len && len - at >= 4 && \valid_read(text + (0 .. len - 1));
  @ assigns \nothing;
  @ ensures \result <= 0x10000;
  @*/
static uint32_t code_unit(const uint8_t *text, size_t len, size_t at)
{
    (void)len;
    uint32_t a = hex_value(text[at]), b = hex_value(text[at + 1]), c = hex_value(text[at + 2]),
             d = hex_value(text[at + 3]);
    if (a > 15 || b > 15 || c > 15 || d > 15)
        return 0x10000;
    return a * 0x1000 + b * 0x100 + c * 0x10 + d;
}

/* The escape whose backslash is at `at`: stores how long it is. */
/*@ requires at < len && \valid_read(text + (0 .. len - 1)) && \valid(out_len);
  @ requires \separated(out_len, text + (0 .. len - 1));
  @ assigns *out_len;
  @ ensures \result == TGI_JSON_FINE ==> 2 <= *out_len <= len - at;
  @ ensures \result <= TGI_JSON_DEPTH;
  @*/
static tgi_json_fault check_escape(const uint8_t *text, size_t len, size_t at, size_t *out_len)
{
    if (len - at < 2)
        return TGI_JSON_END;
    switch (text[at + 1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        *out_len = 2;
        return TGI_JSON_FINE;
    case 'u':
        break;
    default:
        return TGI_JSON_ESCAPE;
    }
    if (len - at < 6)
        return TGI_JSON_END;
    uint32_t unit = code_unit(text, len, at + 2);
    if (unit > 0xFFFF)
        return TGI_JSON_ESCAPE;
    if (unit < 0xD800 || unit > 0xDFFF) {
        *out_len = 6;
        return TGI_JSON_FINE;
    }
    if (unit > 0xDBFF)
        return TGI_JSON_SURROGATE;
    if ((len - at > 6 && text[at + 6] != '\\') || (len - at > 7 && text[at + 7] != 'u'))
        return TGI_JSON_SURROGATE;
    if (len - at < 12)
        return TGI_JSON_END;
    uint32_t second = code_unit(text, len, at + 8);
    if (second < 0xDC00 || second > 0xDFFF)
        return TGI_JSON_SURROGATE;
    *out_len = 12;
    return TGI_JSON_FINE;
}

/* Where the string ends whose first byte is at 0: at its closing quote. On a fault, where that is. */
/*@ requires (len > 0 ==> \valid_read(text + (0 .. len - 1))) && \valid(out_at) && \valid(out_escaped);
  @ requires \separated(out_at, out_escaped, text + (0 .. len - 1));
  @ assigns *out_at, *out_escaped;
  @ ensures *out_at <= len;
  @ ensures \result == TGI_JSON_FINE ==> *out_at < len;
  @ ensures \result <= TGI_JSON_DEPTH;
  @*/
static tgi_json_fault scan_string(const uint8_t *text, size_t len, size_t *out_at, bool *out_escaped)
{
    size_t at = 0;
    *out_escaped = false;
    /*@ loop invariant 0 <= at <= len;
      @ loop assigns at, *out_at, *out_escaped;
      @ loop variant len - at;
      @*/
    for (;;) {
        at += plain_prefix(text + at, len - at);
        *out_at = at;
        if (at == len)
            return TGI_JSON_END;
        uint8_t byte = text[at];
        size_t step = 1;
        if (byte == '"')
            return TGI_JSON_FINE;
        if (byte < 0x20)
            return TGI_JSON_CONTROL;
        if (byte == '\\') {
            tgi_json_fault fault = check_escape(text, len, at, &step);
            if (fault != TGI_JSON_FINE)
                return fault;
            *out_escaped = true;
        } else if (byte >= 0x80) {
            step = tgi_utf8_length(text, len, at);
            if (step == 0)
                return TGI_JSON_UTF8;
        }
        at += step;
    }
}

tgi_json_fault tgi_json_string_value(tgi_cursor *c, tgi_json_string *out)
{
    if (!tgi_json_byte(c, '"'))
        return tgi_json_unexpected(c);
    size_t len, at;
    bool escaped;
    const uint8_t *text = tgi_rest(c, &len);
    uint64_t offset = tgi_tell(c);
    tgi_json_fault fault = scan_string(text, len, &at, &escaped);
    if (fault != TGI_JSON_FINE) {
        move_by(c, at);
        return fault;
    }
    out->text = text;
    out->len = at;
    out->offset = offset;
    out->escaped = escaped;
    move_by(c, at + 1);
    return TGI_JSON_FINE;
}

/* Why the text at the cursor, which white space may precede, is no plain number of at most 2^64-1. */
/*@ requires json_cursor(c);
  @ assigns c->pos;
  @ ensures json_cursor(c);
  @ ensures \result <= TGI_JSON_DEPTH;
  @*/
static tgi_json_fault no_u64(tgi_cursor *c)
{
    size_t len;
    const uint8_t *text = tgi_rest(c, &len);
    size_t start = after_space(text, len, 0);
    move_by(c, start);
    if (start == len)
        return TGI_JSON_END;
    if (text[start] == '-')
        return TGI_JSON_NUMBER;
    size_t end = after_digits(text, len, start);
    if (end == start)
        return TGI_JSON_SYNTAX;
    if (end < len && (text[end] == '.' || text[end] == 'e' || text[end] == 'E'))
        return TGI_JSON_NUMBER;
    return end - start > 1 && text[start] == '0' ? TGI_JSON_NUMBER : TGI_JSON_RANGE;
}

tgi_json_fault tgi_json_u64(tgi_cursor *c, uint64_t *out)
{
    size_t len;
    const uint8_t *text = tgi_rest(c, &len);
    size_t start = after_space(text, len, 0), at = start;
    uint64_t value = 0;
    uint32_t digit = 10;
    /*@ loop invariant start <= at <= len;
      @ loop assigns at, value, digit;
      @ loop variant len - at;
      @*/
    for (; at < len; at++) {
        digit = text[at] ^ (uint32_t)'0'; /* below 10 for digits alone */
        if (digit > 9 || value > UINT64_MAX / 10 || (value == UINT64_MAX / 10 && digit > UINT64_MAX % 10))
            break;
        value = value * 10 + digit;
    }
    /* What follows must not go on with it, and a zero stands alone. */
    bool ended = at == len || (digit > 9 && text[at] != '.' && text[at] != 'e' && text[at] != 'E');
    if (at == start || !ended || (text[start] == '0' && at - start > 1))
        return no_u64(c);
    *out = value;
    move_by(c, at);
    return TGI_JSON_FINE;
}

/* Moves `*at` past at least one digit; false, and past none, where there is none. */
/*@ requires *at <= len && (len > 0 ==> \valid_read(text + (0 .. len - 1))) && \valid(at);
  @ requires \separated(at, text + (0 .. len - 1));
  @ assigns *at;
  @ ensures \old(*at) <= *at <= len;
  @ ensures \result <==> *at > \old(*at);
  @*/
static bool pass_digits(const uint8_t *text, size_t len, size_t *at)
{
    size_t start = *at;
    *at = after_digits(text, len, start);
    return *at != start;
}

/* Is there a number at 0? Stores where it ends, or where it cannot go on. */
/*@ requires len > 0 && \valid_read(text + (0 .. len - 1)) && \valid(out_at);
  @ requires \separated(out_at, text + (0 .. len - 1));
  @ assigns *out_at;
  @ ensures 0 <= *out_at <= len;
  @*/
static bool scan_number(const uint8_t *text, size_t len, size_t *out_at)
{
    size_t start = text[0] == '-' ? 1 : 0;
    *out_at = start;
    if (!pass_digits(text, len, out_at))
        return false;
    if (text[start] == '0' && *out_at - start > 1) {
        *out_at = start + 1; /* whatever follows, a zero stands alone */
        return false;
    }
    if (*out_at < len && text[*out_at] == '.') {
        ++*out_at;
        if (!pass_digits(text, len, out_at))
            return false;
    }
    if (*out_at < len && (text[*out_at] == 'e' || text[*out_at] == 'E')) {
        ++*out_at;
        if (*out_at < len && (text[*out_at] == '+' || text[*out_at] == '-'))
            ++*out_at;
        return pass_digits(text, len, out_at);
    }
    return true;
}

tgi_json_fault tgi_json_skip_number(tgi_cursor *c)
{
    size_t len, size;
    const uint8_t *text = tgi_rest(c, &len);
    size_t start = after_space(text, len, 0);
    move_by(c, start);
    if (start == len)
        return TGI_JSON_END;
    if (!scan_number(text + start, len - start, &size))
        return size == len - start ? TGI_JSON_END : TGI_JSON_NUMBER;
    move_by(c, size);
    return TGI_JSON_FINE;
}

void tgi_json_skip_word(tgi_cursor *c, tgi_json_kind kind)
{
    size_t size = kind == TGI_JSON_FALSE ? 5 : 4;
    if (size <= tgi_left(c))
        move_by(c, size);
}

/* Writes one character in UTF-8. */
/*@ requires code <= 0x10FFFF && \valid(out + (0 .. 3));
  @ assigns out[0 .. 3];
  @ ensures 1 <= \result <= 4;
  @ ensures code <= 0xFFFF ==> \result <= 3;
  @*/
static size_t write_utf8(uint32_t code, uint8_t *out)
{
    if (code < 0x80) {
        out[0] = (uint8_t)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (uint8_t)(0xC0 + code / 0x40);
        out[1] = (uint8_t)(0x80 + code % 0x40);
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (uint8_t)(0xE0 + code / 0x1000);
        out[1] = (uint8_t)(0x80 + code / 0x40 % 0x40);
        out[2] = (uint8_t)(0x80 + code % 0x40);
        return 3;
    }
    out[0] = (uint8_t)(0xF0 + code / 0x40000);
    out[1] = (uint8_t)(0x80 + code / 0x1000 % 0x40);
    out[2] = (uint8_t)(0x80 + code / 0x40 % 0x40);
    out[3] = (uint8_t)(0x80 + code % 0x40);
    return 4;
}

/* The byte that the two-byte escape with that letter stands for. */
/*@ assigns \nothing;
  @ ensures \result <= 0xFF;
  @*/
static uint8_t escaped_byte(uint8_t letter)
{
    switch (letter) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return letter;
    }
}

/* The character of a surrogate pair. */
/*@ requires 0xD800 <= high <= 0xDBFF && 0xDC00 <= low <= 0xDFFF;
  @ assigns \nothing;
  @ ensures 0x10000 <= \result <= 0x10FFFF;
  @*/
static uint32_t pair_value(uint32_t high, uint32_t low)
{
    return 0x10000 + (high - 0xD800) * 0x400 + (low - 0xDC00);
}

/* The character of the escape at `at`: stores how long the escape is. */
/*@ requires at < len && \valid_read(text + (0 .. len - 1)) && \valid(out_len);
  @ requires \separated(out_len, text + (0 .. len - 1));
  @ assigns *out_len;
  @ ensures 1 <= *out_len <= len - at;
  @ ensures \result <= 0x10FFFF;
  @ ensures \result > 0xFFFF ==> *out_len == 12;
  @ ensures \result > 0xFF ==> *out_len >= 6;
  @*/
static uint32_t escape_at(const uint8_t *text, size_t len, size_t at, size_t *out_len)
{
    *out_len = 1;
    if (len - at < 2)
        return text[at];
    *out_len = 2;
    if (text[at + 1] != 'u' || len - at < 6)
        return escaped_byte(text[at + 1]);
    uint32_t unit = code_unit(text, len, at + 2);
    *out_len = 6;
    if (unit > 0xFFFF)
        return 0xFFFD;
    if (unit < 0xD800 || unit > 0xDBFF || len - at < 12)
        return unit;
    uint32_t second = code_unit(text, len, at + 8);
    if (second < 0xDC00 || second > 0xDFFF)
        return 0xFFFD;
    *out_len = 12;
    return pair_value(unit, second);
}

size_t tgi_json_decode(const uint8_t *text, size_t len, uint8_t *out)
{
    size_t at = 0, size = 0;
    /*@ loop invariant 0 <= size <= at <= len;
      @ loop assigns at, size, out[0 .. len - 1];
      @ loop variant len - at;
      @*/
    while (at < len) {
        if (text[at] != '\\') {
            out[size++] = text[at++];
            continue;
        }
        size_t step;
        uint8_t bytes[4] = {0, 0, 0, 0};
        size_t n = write_utf8(escape_at(text, len, at, &step), bytes);
        /* An escape is never shorter than what it stands for. */
        if (n > step)
            n = step;
        /*@ loop invariant 0 <= i <= n;
          @ loop assigns i, out[0 .. len - 1];
          @ loop variant n - i;
          @*/
        for (size_t i = 0; i < n; i++)
            out[size + i] = bytes[i];
        at += step;
        size += n;
    }
    return size;
}
