/* SPDX-License-Identifier: MIT */
/* The cursor and the checked arithmetic. The input is a program: one byte says what to call, the bytes behind it are
 * the arguments; another part of it is what the cursor walks over. Each result is compared with that of numbers of
 * 128 bits. */
#include "fuzz.h"
#include "wide.h"

#include "core/cursor.h"

#include <stdlib.h>

/* Bytes of the program that are left; zeros from there on. */
typedef struct program {
    const uint8_t *at;
    size_t left;
} program;

static uint8_t byte_of(program *p)
{
    if (p->left == 0)
        return 0;
    p->left--;
    return *p->at++;
}

/* A number of up to eight bytes, often near a power of two, where the mistakes are. */
static uint64_t number_of(program *p)
{
    uint8_t kind = byte_of(p);
    uint64_t value = 0;
    if ((kind & 0x80) != 0) {
        value = UINT64_C(1) << (kind & 63);
        uint8_t by = byte_of(p);
        return (by & 0x80) != 0 ? (value > by ? value - (by & 0x7F) : value)
                                : (value < UINT64_MAX - by ? value + by : value);
    }
    for (uint8_t i = 0; i < (kind & 15) % 9; i++)
        value = value << 8 | byte_of(p);
    return value;
}

static void check_arithmetic(program *p)
{
    uint64_t a = number_of(p), b = number_of(p), out = 0x1234;
    wide sum = wide_add(a, b), product = wide_mul(a, b);
    bool fits = !wide_above(sum, UINT64_MAX);
    FUZZ_CHECK(tgi_add_u64(a, b, &out) == fits && out == (fits ? wide_low(sum) : 0x1234), "add");
    out = 0x1234;
    fits = !wide_above(product, UINT64_MAX);
    FUZZ_CHECK(tgi_mul_u64(a, b, &out) == fits && out == (fits ? wide_low(product) : 0x1234), "mul");
    if (b > 0) {
        out = 0x1234;
        uint64_t rest = a % b;
        wide up = wide_add(a, rest > 0 ? b - rest : 0);
        fits = !wide_above(up, UINT64_MAX);
        FUZZ_CHECK(tgi_align_up_u64(a, b, &out) == fits && out == (fits ? wide_low(up) : 0x1234), "align up");
    }
    size_t narrow = 77;
    fits = a <= SIZE_MAX;
    FUZZ_CHECK(tgi_u64_to_size(a, &narrow) == fits && narrow == (fits ? (size_t)(a & SIZE_MAX) : 77), "narrow");
    int bits = 0;
    for (uint64_t v = a; v != 0; v >>= 1)
        bits += (int)(v & 1);
    FUZZ_CHECK(tgi_is_power_of_two(a) == (bits == 1), "power of two");
}

/* The number that the next `width` bytes are, in the cursor's order. */
static uint64_t expected_at(const tgi_cursor *c, size_t width)
{
    uint64_t value = 0;
    for (size_t i = 0; i < width; i++)
        value = value << 8 | c->base[c->pos + (c->big_endian ? i : width - 1 - i)];
    return value;
}

static void check_cursor(program *p, tgi_cursor *c)
{
    const tgi_cursor before = *c;
    uint8_t what = byte_of(p) % 5;
    const uint8_t *bytes = NULL;
    uint64_t n, value;
    uint32_t narrow = 0;
    uint8_t one = 0;
    bool got = false;
    switch (what) {
    case 0:
        n = number_of(p);
        got = tgi_take(c, n, &bytes);
        FUZZ_CHECK(bytes == (got ? before.base + before.pos : NULL), "take gives other bytes");
        break;
    case 1:
        n = 1;
        got = tgi_read_u8(c, &one);
        FUZZ_CHECK(!got || one == expected_at(&before, 1), "u8");
        break;
    case 2:
        n = 4;
        got = tgi_read_u32(c, &narrow);
        FUZZ_CHECK(!got || narrow == expected_at(&before, 4), "u32");
        break;
    case 3:
        n = 8;
        value = 0;
        got = tgi_read_u64(c, &value);
        FUZZ_CHECK(!got || (value == expected_at(&before, 8) &&
                            value == tgi_load_u64_plain(before.base + before.pos, c->big_endian)),
                   "u64");
        break;
    default:
        n = 2;
        got = tgi_take(c, 2, &bytes);
        FUZZ_CHECK(!got || tgi_load_u16(bytes, c->big_endian) == expected_at(&before, 2), "u16");
        break;
    }
    FUZZ_CHECK(got == !wide_above(wide_add(before.pos, n), before.len), "what fits");
    FUZZ_CHECK(c->pos == before.pos + (got ? n : 0) && c->len == before.len && c->base == before.base, "moved");
    FUZZ_CHECK(tgi_left(c) == c->len - c->pos && tgi_tell(c) == c->origin + c->pos, "where it is");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 4096)
        return 0;
    program p = {data, size};
    size_t len = byte_of(&p);
    uint8_t *block = (uint8_t *)malloc(len + 1);
    FUZZ_CHECK(block != NULL, "no memory for the bytes");
    uint8_t *bytes = block + 1;
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)((i < size ? data[size - 1 - i] : 0) ^ (i & 0xFF));
    tgi_cursor c = {bytes, len, 0, number_of(&p) >> 1, (byte_of(&p) & 1) != 0};
    for (int steps = 0; p.left > 0 && steps < 256; steps++) {
        if ((byte_of(&p) & 1) != 0)
            check_arithmetic(&p);
        else
            check_cursor(&p, &c);
    }
    free(block);
    return 0;
}
