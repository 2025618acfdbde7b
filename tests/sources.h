/* SPDX-License-Identifier: MIT */
/* The same bytes, opened in every way that the library has.
 *
 * A verdict must not depend on where the bytes come from. open_everywhere opens them from memory that is
 * copied, memory that is used in place, a reader, a path, a descriptor, and regions of a larger file and of
 * larger memory, fails the test where any two differ in anything that a caller can see, and hands out what
 * all of them said.
 */
#ifndef TESTS_SOURCES_H
#define TESTS_SOURCES_H

#include "guarded.h"
#include "tensorgate.h"

/* A reader over `len` bytes, followed by zeros up to `size`. It notes how it is used. */
typedef struct span {
    const uint8_t *data;
    uint64_t len;
    uint64_t size;
    uint64_t num_reads;
    uint64_t total;   /* bytes asked for, all together */
    uint64_t highest; /* where the furthest range ended, but for the one at the end of the file */
    uint64_t asked;   /* where the last range ended */
    bool strayed;     /* it was asked for nothing, or for bytes outside [0, size) */
    bool repeated;    /* it was asked for a byte twice, or went backwards */
    int fail_with;    /* if not 0: what reads return from now on */
} span;

span span_over(const void *data, uint64_t len);
tg_reader span_reader(span *s); /* `s` must live as long as the model */

typedef struct opened {
    tg_status status;
    tg_error error;  /* all zero where the file was accepted */
    tg_model *model; /* from tg_open_memory with a copied header; NULL where the file was rejected */
    guarded bytes;   /* what `model` points into */
} opened;

opened open_everywhere(const void *data, size_t len, const tg_options *options);
void opened_close(opened *o);

#endif
