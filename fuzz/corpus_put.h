/* SPDX-License-Identifier: MIT */
/* What the lists of GGUF files of the corpus share. Each function that takes a model gives it back, or frees it. */
#ifndef FUZZ_CORPUS_PUT_H
#define FUZZ_CORPUS_PUT_H

#include "corpus_gen.h"
#include "gguf_build.h"

/* Adds the written file of `m` as corpus/gguf/`path`.gguf, and frees `m`. */
void put(corpus *c, gb_model *m, const char *path);

/* The base file with one more key. */
gb_model *with_key(const char *name, gb_value value);

/* Changes of the written file. */
gb_model *put_u64(gb_model *m, uint64_t at, uint64_t value); /* a count, length or dim: 4 bytes in version 1 */
gb_model *put_u32(gb_model *m, uint64_t at, uint32_t value);
gb_model *cut(gb_model *m, uint64_t len);

#endif
