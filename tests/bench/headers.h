/* SPDX-License-Identifier: MIT */
/* The reference headers that benchmarks open: made up here, byte for byte the same everywhere. */
#ifndef TG_BENCH_HEADERS_H
#define TG_BENCH_HEADERS_H

#include <stddef.h>
#include <stdint.h>

typedef struct bench_header {
    unsigned char *bytes; /* the header; the tensor data behind it is a hole */
    size_t len;           /* bytes */
    uint64_t file_size;   /* bytes, with the tensor data */
} bench_header;

/* A model with that many tensors, f32 keys of the given number, and vocabularies of tokens and merges. */
typedef struct bench_shape {
    const char *name;
    uint64_t tensors, keys, tokens, merges;
    uint64_t row, rows; /* of each tensor: elements of a row, rows */
    uint32_t type;      /* of each tensor: ggml's number */
} bench_shape;

/* The shapes that have a name; NULL-terminated by a row without one. */
extern const bench_shape bench_shapes[];

/* Makes the header; the caller frees `bytes`. Exits with a message where memory is out. */
bench_header bench_make_header(const bench_shape *shape);

/* Writes header and hole to a new file at `path`. Exits with a message where it cannot. */
void bench_write_file(const bench_header *header, const char *path);

/* A file that is no lone GGUF: `write` writes it, and what belongs to it, into the folder, stores the path to open, and
 * returns the bytes of its header, or of all its headers. */
typedef struct bench_file {
    const char *name;
    uint64_t (*write)(const char *folder, char *path, size_t room);
} bench_file;

/* Writes a split GGUF of that many files, with that many tensors in each, as bench_file does. */
uint64_t bench_write_split(const char *folder, unsigned files, unsigned tensors, char *path, size_t room);

/* NULL-terminated by a row without a name. */
extern const bench_file bench_files[];

#endif
