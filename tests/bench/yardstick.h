/* SPDX-License-Identifier: MIT */
/* The yardstick of all ratios. R: one pread of exactly the header into a buffer that was touched before. W: a walk over
 * that buffer that skips through the keys and tensors of a GGUF with no check at all. */
#ifndef TG_BENCH_YARDSTICK_H
#define TG_BENCH_YARDSTICK_H

#include <stddef.h>

typedef struct yardstick {
    double read, walk; /* milliseconds */
} yardstick;

/* `buffer` has room for `len` bytes, which are those of the header. */
yardstick time_yardstick(const char *path, size_t len, unsigned char *buffer);

/* R alone, into memory that was mapped for it: what a first open has to be compared with. */
double time_fresh_read(const char *path, size_t len);

#endif
