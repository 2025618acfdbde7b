/* SPDX-License-Identifier: MIT */
/* Files made to be slow or hungry, of any size: what the search of fuzz/worst.c found and what an attacker would try,
 * each cut down to one thing that is repeated. */
#ifndef TG_BENCH_WORST_H
#define TG_BENCH_WORST_H

#include "writer.h"

/* A file: what was written, and zeros from there up to `size`. */
typedef struct worst_file {
    writer w;
    uint64_t size;
    uint64_t header; /* bytes that are no tensor data: what the cost is divided by */
} worst_file;

typedef struct worst_shape {
    const char *name;
    /* Appends to `f`, which is empty, a file with about `header` bytes of header, as far as limits allow. */
    void (*make)(worst_file *f, uint64_t header);
} worst_shape;

/* Up to a row without a name. */
extern const worst_shape worst_gguf[];
extern const worst_shape worst_others[];

/* A short name of its own for each `number`, from the first `letters` of an alphabet, of at most 8 bytes: stores it and
 * returns its length. The first 36 letters are those of plain keys. */
size_t worst_name(char *out, uint64_t number, unsigned letters);

#endif
