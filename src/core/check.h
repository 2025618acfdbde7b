/* SPDX-License-Identifier: MIT */
/* Checked arithmetic: the only place where numbers that come from a file are added, multiplied,
 * rounded or narrowed. Each function returns false and leaves `*out` alone where the exact result does
 * not fit. Nothing here can wrap, so unsigned overflow is an error under the sanitizers and the prover.
 */
#ifndef TGI_CORE_CHECK_H
#define TGI_CORE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define TGI_NODISCARD __attribute__((warn_unused_result))
#else
#define TGI_NODISCARD
#endif

/* The largest size, offset or element count that any format may declare: 2^63-1. */
#define TGI_MAX ((uint64_t)INT64_MAX)

/*@ requires \valid(out);
  @ assigns *out;
  @ ensures \result <==> a + b <= UINT64_MAX;
  @ ensures \result ==> *out == a + b;
  @ ensures !\result ==> *out == \old(*out);
  @*/
static inline TGI_NODISCARD bool tgi_add_u64(uint64_t a, uint64_t b, uint64_t *out)
{
    if (b > UINT64_MAX - a)
        return false;
    *out = a + b;
    return true;
}

/*@ requires \valid(out);
  @ assigns *out;
  @ ensures \result <==> a * b <= UINT64_MAX;
  @ ensures \result ==> *out == a * b;
  @ ensures !\result ==> *out == \old(*out);
  @*/
static inline TGI_NODISCARD bool tgi_mul_u64(uint64_t a, uint64_t b, uint64_t *out)
{
    if (a != 0 && b > UINT64_MAX / a)
        return false;
    //@ assert a * b <= UINT64_MAX;
    *out = a * b;
    return true;
}

/* Rounds `value` up to a multiple of `alignment`, which is not 0. */
/*@ requires \valid(out) && alignment > 0;
  @ assigns *out;
  @ ensures \result ==> *out >= value && *out - value < alignment && *out % alignment == 0;
  @ ensures !\result ==> *out == \old(*out);
  @*/
static inline TGI_NODISCARD bool tgi_align_up_u64(uint64_t value, uint64_t alignment, uint64_t *out)
{
    uint64_t rest = value % alignment;
    if (rest == 0) {
        *out = value;
        return true;
    }
    return tgi_add_u64(value, alignment - rest, out);
}

/* Narrows to size_t, which may have 32 bits. */
/*@ requires \valid(out);
  @ assigns *out;
  @ ensures \result <==> value <= SIZE_MAX;
  @ ensures \result ==> *out == value;
  @ ensures !\result ==> *out == \old(*out);
  @*/
static inline TGI_NODISCARD bool tgi_u64_to_size(uint64_t value, size_t *out)
{
#if SIZE_MAX < UINT64_MAX
    if (value > SIZE_MAX)
        return false;
#endif
    *out = (size_t)value;
    return true;
}

/*@ assigns \nothing;
  @ ensures \result <==> value != 0 && (value & (value - 1)) == 0;
  @*/
static inline bool tgi_is_power_of_two(uint64_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

#endif
