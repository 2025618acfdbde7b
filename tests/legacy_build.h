/* SPDX-License-Identifier: MIT */
/* Files of the ggml family before GGUF for tests: one of each layout in each container, and where every field went.
 *
 * A file is small, valid and complete: a vocabulary, two layers, every tensor that the loaders of its time asked for.
 * A test patches or cuts it, and names the offset that it expects by field: `lb_at(f, "n_head")`. The writer knows
 * the files from their descriptions and shares no code with the library.
 */
#ifndef TESTS_LEGACY_BUILD_H
#define TESTS_LEGACY_BUILD_H

#include "bytes.h"

/* What to write. */
typedef struct lb_spec {
    const char *layout;    /* "llama" and so on; "falcon" in "ggcc10" has merges */
    const char *container; /* "ggml", "ggmf1", "ggmf100", "ggjt3", "ggla1", "ggcc10", "ggmm", "repl" */
    uint32_t width;        /* of the model; 0: 32 */
    uint32_t type;         /* number of the type of matrices whose rows are whole blocks of it; others are F32 */
    uint32_t quantization; /* the thousands of ftype */
    bool no_tensors;       /* the vocabulary only */
    uint32_t parts, part;  /* this is part `part` of `parts` (0: one file) */
    uint32_t tokens;       /* in the vocabulary; 0: a few */
} lb_spec;

typedef struct lb_tensor {
    char name[96];
    uint32_t num_dims, dims[4], type;
    uint64_t size;
    struct {
        uint64_t record, name_len, type, dims, name, data, end;
    } at;
} lb_tensor;

typedef struct lb_mark {
    char name[48];
    uint64_t at;
} lb_mark;

typedef struct lb_file {
    lb_spec spec;
    bytes file;
    uint32_t padding;
    bool scores;
    uint32_t vocabulary; /* tokens */
    lb_mark marks[160];
    size_t num_marks;
    lb_tensor *tensors;
    size_t num_tensors;
    uint64_t header_end; /* where the records begin */
} lb_file;

/* A type in a container: its block, and the name that tensorgate gives it. */
typedef struct lb_type {
    uint32_t id, elements, bytes;
    const char *name;
} lb_type;

/* Every layout in every container that it has. */
extern const lb_spec lb_specs[];
extern const size_t lb_num_specs;

lb_file *lb_make(lb_spec spec);
void lb_free(lb_file *f);

/* The beginning of a file of llama or gptneox-old, which nothing up to there tells apart: the magic, and seven numbers,
 * the first of which is the number of tokens. */
bytes lb_seven_numbers(uint32_t num_tokens);

/* Where the field of that name is. A field that is not there ends the test program. */
uint64_t lb_at(const lb_file *f, const char *field);
bool lb_has(const lb_file *f, const char *field);
const lb_tensor *lb_find(const lb_file *f, const char *name);

/* The types that tensors may have in the files of `spec`: all of them, in the order of their numbers. */
const lb_type *lb_types(const lb_spec *spec, size_t *out_count);

/* Appends one record, of zeros: `name_len` and `type` may be anything. Returns where it begins. */
uint64_t lb_append_record(lb_file *f, const char *name, uint32_t type, uint32_t num_dims, const uint32_t *dims,
                          uint64_t size);

#endif
