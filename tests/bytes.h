/* SPDX-License-Identifier: MIT */
/* A growable buffer of bytes, for tests that write files by hand.
 *
 * Numbers are written in the byte order that the buffer was made with, by arithmetic on bytes, so the
 * tests mean the same on every host. Running out of memory ends the test program.
 */
#ifndef TESTS_BYTES_H
#define TESTS_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct bytes {
    uint8_t *data;
    size_t len;
    size_t capacity;
    bool big_endian;
} bytes;

/* Ends the test program, with `what` and the system's own word, unless `holds`. For trouble of the test
 * itself: what a test is about is asserted with cmocka. */
void must(bool holds, const char *what);

/* Memory that is never NULL: malloc and realloc for tests. */
void *must_alloc(size_t size);
void *must_realloc(void *block, size_t size);

/* Makes room for one more entry in an array that holds `count`, and was grown by this function only. */
void *must_grow(void *array, size_t count, size_t entry_size);

bytes bytes_new(bool big_endian);
void bytes_free(bytes *b);
bytes bytes_copy(const bytes *b);

/* Append. */
void bytes_u8(bytes *b, uint8_t value);
void bytes_u16(bytes *b, uint16_t value);
void bytes_u32(bytes *b, uint32_t value);
void bytes_u64(bytes *b, uint64_t value);
void bytes_f32(bytes *b, float value);
void bytes_f64(bytes *b, double value);
void bytes_raw(bytes *b, const void *data, size_t len);
void bytes_fill(bytes *b, size_t count, uint8_t value);
void bytes_pad(bytes *b, uint64_t alignment); /* zeros, to a multiple of `alignment` */

/* Read, and overwrite, at an offset that is inside. */
uint32_t bytes_get_u32(bytes *b, uint64_t at);
void bytes_put_u8(bytes *b, uint64_t at, uint8_t value);
void bytes_put_u32(bytes *b, uint64_t at, uint32_t value);
void bytes_put_u64(bytes *b, uint64_t at, uint64_t value);

/* Cut to `len` bytes, which is at most what there is. */
void bytes_cut(bytes *b, uint64_t len);

/* The bits of a float as a number, and back. */
uint64_t bits_of_f32(float value);
uint64_t bits_of_f64(double value);

#endif
