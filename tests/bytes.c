/* SPDX-License-Identifier: MIT */
/* The byte buffer of the tests: see bytes.h. */
#include "bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void must(bool holds, const char *what)
{
    if (holds)
        return;
    perror(what);
    abort();
}

void *must_alloc(size_t size)
{
    return must_realloc(NULL, size);
}

void *must_realloc(void *block, size_t size)
{
    void *fresh = realloc(block, size > 0 ? size : 1);
    must(fresh != NULL, "out of memory");
    return fresh;
}

/* The room is the power of two that is not below the count, so an array is full where the count is one. */
void *must_grow(void *array, size_t count, size_t entry_size)
{
    if (count > 0 && (count & (count - 1)) != 0)
        return array;
    return must_realloc(array, (count > 0 ? 2 * count : 1) * entry_size);
}

bytes bytes_new(bool big_endian)
{
    bytes b = {NULL, 0, 0, big_endian};
    return b;
}

void bytes_free(bytes *b)
{
    free(b->data);
    *b = bytes_new(b->big_endian);
}

bytes bytes_copy(const bytes *b)
{
    bytes copy = bytes_new(b->big_endian);
    bytes_raw(&copy, b->data, b->len);
    return copy;
}

static uint8_t *grow(bytes *b, size_t more)
{
    if (more > b->capacity - b->len) {
        b->capacity = (b->len + more) * 2 + 64;
        b->data = (uint8_t *)must_realloc(b->data, b->capacity);
    }
    uint8_t *fresh = b->data + b->len;
    b->len += more;
    return fresh;
}

static void store(uint8_t *to, size_t size, uint64_t value, bool big_endian)
{
    for (size_t i = 0; i < size; i++) {
        size_t shift = 8 * (big_endian ? size - 1 - i : i);
        to[i] = (uint8_t)((value >> shift) & 0xFF);
    }
}

void bytes_u8(bytes *b, uint8_t value)
{
    store(grow(b, 1), 1, value, b->big_endian);
}

void bytes_u16(bytes *b, uint16_t value)
{
    store(grow(b, 2), 2, value, b->big_endian);
}

void bytes_u32(bytes *b, uint32_t value)
{
    store(grow(b, 4), 4, value, b->big_endian);
}

void bytes_u64(bytes *b, uint64_t value)
{
    store(grow(b, 8), 8, value, b->big_endian);
}

void bytes_f32(bytes *b, float value)
{
    bytes_u32(b, (uint32_t)bits_of_f32(value));
}

void bytes_f64(bytes *b, double value)
{
    bytes_u64(b, bits_of_f64(value));
}

void bytes_raw(bytes *b, const void *data, size_t len)
{
    if (len > 0)
        memcpy(grow(b, len), data, len);
}

void bytes_fill(bytes *b, size_t count, uint8_t value)
{
    if (count > 0)
        memset(grow(b, count), value, count);
}

void bytes_pad(bytes *b, uint64_t alignment)
{
    must(alignment > 0, "padding to a multiple of 0");
    uint64_t rest = b->len % alignment;
    if (rest > 0)
        bytes_fill(b, (size_t)(alignment - rest), 0);
}

static uint8_t *inside(bytes *b, uint64_t at, size_t size)
{
    must(at <= b->len && size <= b->len - at, "outside of the buffer");
    return b->data + (size_t)at;
}

void bytes_put_u8(bytes *b, uint64_t at, uint8_t value)
{
    store(inside(b, at, 1), 1, value, b->big_endian);
}

uint32_t bytes_get_u32(bytes *b, uint64_t at)
{
    const uint8_t *p = inside(b, at, 4);
    uint32_t value = 0;
    for (size_t i = 0; i < 4; i++)
        value = value << 8 | p[b->big_endian ? i : 3 - i];
    return value;
}

void bytes_put_u32(bytes *b, uint64_t at, uint32_t value)
{
    store(inside(b, at, 4), 4, value, b->big_endian);
}

void bytes_put_u64(bytes *b, uint64_t at, uint64_t value)
{
    store(inside(b, at, 8), 8, value, b->big_endian);
}

void bytes_cut(bytes *b, uint64_t len)
{
    must(len <= b->len, "cutting to more than there is");
    b->len = (size_t)len;
}

uint64_t bits_of_f32(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

uint64_t bits_of_f64(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}
