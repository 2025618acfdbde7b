/* SPDX-License-Identifier: MIT */
/* The cursor: the only place where bytes of a file are read.
 *
 * A cursor walks over bytes that are already in memory; it never fetches. Every read goes through
 * tgi_take, which makes the one comparison that keeps all of tensorgate inside its buffers. A read that
 * does not fit returns false and moves nothing.
 */
#ifndef TGI_CORE_CURSOR_H
#define TGI_CORE_CURSOR_H

#include "check.h"

#include <string.h>

/* Bytes [base, base + len) hold the file from its byte `origin` on. */
typedef struct tgi_cursor {
    const uint8_t *base;
    size_t len;
    size_t pos;
    uint64_t origin;
    bool big_endian;
} tgi_cursor;

/*@ predicate cursor_seen(tgi_cursor *c) =
  @   \valid_read(c) && c->pos <= c->len && (c->len > 0 ==> \valid_read(c->base + (0 .. c->len - 1)));
  @ predicate cursor_valid(tgi_cursor *c) = \valid(c) && cursor_seen(c);
  @*/

/* Hands out the next `n` bytes, and moves past them. */
/*@ requires cursor_valid(c) && \valid(out) && \separated(out, c, c->base + (0 .. c->len - 1));
  @ assigns *out, c->pos;
  @ ensures \result <==> n <= \old(c->len - c->pos);
  @ ensures \result ==> c->pos == \old(c->pos) + n && *out == c->base + \old(c->pos);
  @ ensures !\result ==> c->pos == \old(c->pos) && *out == \old(*out);
  @ ensures cursor_valid(c);
  @*/
static inline TGI_NODISCARD bool tgi_take(tgi_cursor *c, uint64_t n, const uint8_t **out)
{
    if (n > c->len - c->pos)
        return false;
    *out = c->base + c->pos;
    c->pos += (size_t)n;
    return true;
}

/*@ requires cursor_seen(c);
  @ assigns \nothing;
  @ ensures \result == c->len - c->pos;
  @*/
static inline size_t tgi_left(const tgi_cursor *c)
{
    return c->len - c->pos;
}

/* All bytes that are left, without moving. */
/*@ requires cursor_seen(c) && \valid(out_len) && \separated(out_len, c);
  @ assigns *out_len;
  @ ensures *out_len == c->len - c->pos;
  @ ensures *out_len > 0 ==> \result == c->base + c->pos && \valid_read(\result + (0 .. *out_len - 1));
  @*/
static inline const uint8_t *tgi_rest(const tgi_cursor *c, size_t *out_len)
{
    *out_len = c->len - c->pos;
    return c->pos == 0 ? c->base : c->base + c->pos; /* NULL where there are no bytes at all */
}

/* Moves to byte `pos` of those that are here, or to their end. */
/*@ requires cursor_valid(c);
  @ assigns c->pos;
  @ ensures \result <==> pos <= c->len;
  @ ensures c->pos == (\result ? pos : \old(c->pos));
  @ ensures cursor_valid(c);
  @*/
static inline TGI_NODISCARD bool tgi_seek(tgi_cursor *c, uint64_t pos)
{
    if (pos > c->len)
        return false;
    c->pos = (size_t)pos;
    return true;
}

/* The offset in the file of the next byte: no file has 2^64 bytes. */
/*@ requires cursor_seen(c) && c->origin + c->pos <= UINT64_MAX;
  @ assigns \nothing;
  @ ensures \result == c->origin + c->pos;
  @*/
static inline uint64_t tgi_tell(const tgi_cursor *c)
{
    return c->origin + c->pos;
}

/* Loads from bytes that tgi_take has handed out. Written as products, the form that the prover closes. */

/*@ requires \valid_read(p + (0 .. 1));
  @ assigns \nothing;
  @*/
static inline uint16_t tgi_load_u16(const uint8_t *p, bool big_endian)
{
    return big_endian ? (uint16_t)(p[1] + p[0] * 0x100u) : (uint16_t)(p[0] + p[1] * 0x100u);
}

/*@ requires \valid_read(p + (0 .. 3));
  @ assigns \nothing;
  @*/
static inline uint32_t tgi_load_u32(const uint8_t *p, bool big_endian)
{
    return big_endian ? p[3] + p[2] * 0x100u + p[1] * 0x10000u + p[0] * 0x1000000u
                      : p[0] + p[1] * 0x100u + p[2] * 0x10000u + p[3] * 0x1000000u;
}

/*@ requires \valid_read(p + (0 .. 7));
  @ assigns \nothing;
  @*/
static inline uint64_t tgi_load_u64_plain(const uint8_t *p, bool big_endian)
{
    uint64_t first = tgi_load_u32(p, big_endian);
    uint64_t second = tgi_load_u32(p + 4, big_endian);
    return big_endian ? second + first * 0x100000000u : first + second * 0x100000000u;
}

/* String lengths are the hot loop of every header, and gcc 12 does not turn the products into one load:
 * little-endian hosts copy the bytes instead. A test holds both forms to the same results. */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && !defined(__FRAMAC__)
static inline uint64_t tgi_load_u64(const uint8_t *p, bool big_endian)
{
    uint64_t value;
    memcpy(&value, p, sizeof value);
    return big_endian ? __builtin_bswap64(value) : value;
}
#else
/*@ requires \valid_read(p + (0 .. 7));
  @ assigns \nothing;
  @*/
static inline uint64_t tgi_load_u64(const uint8_t *p, bool big_endian)
{
    return tgi_load_u64_plain(p, big_endian);
}
#endif

/* The next byte, without moving: false at the end. */
/*@ requires cursor_seen(c) && \valid(out) && \separated(out, c, c->base + (0 .. c->len - 1));
  @ assigns *out;
  @ ensures \result <==> c->pos < c->len;
  @ ensures !\result ==> *out == \old(*out);
  @*/
static inline TGI_NODISCARD bool tgi_peek_u8(const tgi_cursor *c, uint8_t *out)
{
    if (c->pos >= c->len)
        return false;
    *out = c->base[c->pos];
    return true;
}

/* Read one number in the cursor's byte order. */
/*@ requires cursor_valid(c) && \valid(out) && \separated(out, c, c->base + (0 .. c->len - 1));
  @ assigns *out, c->pos;
  @ ensures \result <==> 1 <= \old(c->len - c->pos);
  @ ensures !\result ==> c->pos == \old(c->pos) && *out == \old(*out);
  @ ensures cursor_valid(c);
  @*/
static inline TGI_NODISCARD bool tgi_read_u8(tgi_cursor *c, uint8_t *out)
{
    const uint8_t *p;
    if (!tgi_take(c, 1, &p))
        return false;
    *out = p[0];
    return true;
}

/*@ requires cursor_valid(c) && \valid(out) && \separated(out, c, c->base + (0 .. c->len - 1));
  @ assigns *out, c->pos;
  @ ensures \result <==> 2 <= \old(c->len - c->pos);
  @ ensures !\result ==> c->pos == \old(c->pos) && *out == \old(*out);
  @ ensures cursor_valid(c);
  @*/
static inline TGI_NODISCARD bool tgi_read_u16(tgi_cursor *c, uint16_t *out)
{
    const uint8_t *p;
    if (!tgi_take(c, 2, &p))
        return false;
    *out = tgi_load_u16(p, c->big_endian);
    return true;
}

/*@ requires cursor_valid(c) && \valid(out) && \separated(out, c, c->base + (0 .. c->len - 1));
  @ assigns *out, c->pos;
  @ ensures \result <==> 4 <= \old(c->len - c->pos);
  @ ensures !\result ==> c->pos == \old(c->pos) && *out == \old(*out);
  @ ensures cursor_valid(c);
  @*/
static inline TGI_NODISCARD bool tgi_read_u32(tgi_cursor *c, uint32_t *out)
{
    const uint8_t *p;
    if (!tgi_take(c, 4, &p))
        return false;
    *out = tgi_load_u32(p, c->big_endian);
    return true;
}

/*@ requires cursor_valid(c) && \valid(out) && \separated(out, c, c->base + (0 .. c->len - 1));
  @ assigns *out, c->pos;
  @ ensures \result <==> 8 <= \old(c->len - c->pos);
  @ ensures !\result ==> c->pos == \old(c->pos) && *out == \old(*out);
  @ ensures cursor_valid(c);
  @*/
static inline TGI_NODISCARD bool tgi_read_u64(tgi_cursor *c, uint64_t *out)
{
    const uint8_t *p;
    if (!tgi_take(c, 8, &p))
        return false;
    *out = tgi_load_u64(p, c->big_endian);
    return true;
}

#endif
