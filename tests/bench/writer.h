/* SPDX-License-Identifier: MIT */
/* Bytes of the files that benchmarks make up. */
#ifndef TG_BENCH_WRITER_H
#define TG_BENCH_WRITER_H

#include <stddef.h>
#include <stdint.h>

typedef struct writer {
    unsigned char *bytes; /* from malloc */
    size_t len, room;
} writer;

void put(writer *w, const void *bytes, size_t len);
void put_text(writer *w, const char *text);
void put_number(writer *w, uint64_t number, size_t width); /* little-endian, at most 8 bytes */
void put_string(writer *w, const char *text);              /* as GGUF has them */

/* Writes a number over what stands at `at`. */
void patch_number(writer *w, size_t at, uint64_t number, size_t width);

#endif
