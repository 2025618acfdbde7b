/* SPDX-License-Identifier: MIT */
/* What benchmarks measure with: clocks, medians, page faults, reads, heap. */
#ifndef TG_BENCH_MEASURE_H
#define TG_BENCH_MEASURE_H

#include <tensorgate.h>

double now_ms(void);
double cpu_ms(void);                         /* that this process has used */
double median(double *values, size_t count); /* sorts them */

/* What the process has cost so far, as Linux counts it; zeros elsewhere. */
typedef struct usage {
    uint64_t faults;     /* minor page faults */
    uint64_t reads;      /* system calls that read */
    uint64_t bytes_read; /* by them */
} usage;

usage usage_now(void);

/* An allocator that counts: `allocator` for tg_options, whose context is the heap itself. */
typedef struct heap {
    tg_allocator allocator;
    size_t now, peak, calls; /* bytes, bytes, number */
} heap;

void heap_start(heap *h);

/* Opens the model, or ends the program with its message. `allocator` may be NULL. */
tg_model *must_open(const char *path, uint32_t flags, const tg_allocator *allocator);

/* Bytes in memory as a file: `bytes`, and zeros behind them. The context of image_read, for a tg_reader. */
typedef struct image {
    const unsigned char *bytes;
    size_t len;
} image;

int image_read(void *context, uint64_t offset, void *buffer, size_t len);

/* Opens the file `runs` times after one that warms up: returns the median in milliseconds of the processor, and stores
 * what tg_open_reader says. `options` may be NULL. */
double time_reader(const tg_reader *reader, const tg_options *options, int runs, tg_status *out_status);

/* Ends the program. */
void fail(const char *what);

#endif
