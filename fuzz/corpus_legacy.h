/* SPDX-License-Identifier: MIT */
/* How files of the ggml family before GGUF get into the corpus. */
#ifndef FUZZ_CORPUS_LEGACY_H
#define FUZZ_CORPUS_LEGACY_H

#include "corpus_gen.h"

#include "legacy_build.h"

/* Adds the file, and frees it. The second form writes another number at `at` first. */
void corpus_put(corpus *c, lb_file *f, const char *name);
void corpus_put_with(corpus *c, lb_file *f, uint64_t at, uint32_t value, const char *name);

#endif
