/* SPDX-License-Identifier: MIT */
/* Numbers of 128 bits: what the oracle adds and multiplies in, so that it cannot make the mistakes that it looks
 * for. The compiler's own where it has them, else two halves. */
#ifndef FUZZ_WIDE_H
#define FUZZ_WIDE_H

#include <stdbool.h>
#include <stdint.h>

#if defined(__SIZEOF_INT128__)
__extension__ typedef unsigned __int128 wide;

static inline wide wide_add(uint64_t a, uint64_t b)
{
    return (wide)a + b;
}

static inline wide wide_mul(uint64_t a, uint64_t b)
{
    return (wide)a * b;
}

static inline bool wide_above(wide a, uint64_t bound)
{
    return a > bound;
}

static inline uint64_t wide_low(wide a)
{
    return (uint64_t)(a & UINT64_MAX);
}
#else
typedef struct wide {
    uint64_t high, low;
} wide;

static inline wide wide_add(uint64_t a, uint64_t b)
{
    uint64_t half = (a >> 1) + (b >> 1) + (a & b & 1); /* the sum without its lowest bit */
    wide sum = {half >> 63, (half & INT64_MAX) * 2 + ((a ^ b) & 1)};
    return sum;
}

static inline wide wide_mul(uint64_t a, uint64_t b)
{
    uint64_t a0 = a & UINT32_MAX, a1 = a >> 32, b0 = b & UINT32_MAX, b1 = b >> 32;
    uint64_t low = a0 * b0, middle = a1 * b0 + (low >> 32), other = a0 * b1 + (middle & UINT32_MAX);
    wide product = {a1 * b1 + (middle >> 32) + (other >> 32), (other & UINT32_MAX) << 32 | (low & UINT32_MAX)};
    return product;
}

static inline bool wide_above(wide a, uint64_t bound)
{
    return a.high > 0 || a.low > bound;
}

static inline uint64_t wide_low(wide a)
{
    return a.low;
}
#endif

#endif
