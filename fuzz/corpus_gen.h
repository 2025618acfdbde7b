/* SPDX-License-Identifier: MIT */
/* The generator of corpus/: what every list of files uses. A list is a row in corpus_gen.c. */
#ifndef FUZZ_CORPUS_GEN_H
#define FUZZ_CORPUS_GEN_H

#include "bytes.h"

typedef struct corpus corpus;

/* Adds a file. `path` is relative to corpus/: format/folder/name. */
void corpus_add(corpus *c, const char *path, const void *data, size_t len);

/* The lists. */
void corpus_gguf(corpus *c);         /* rejected for their header, keys and values; accepted */
void corpus_gguf_tensors(corpus *c); /* for their tensors, limits and the profile */
void corpus_safetensors(corpus *c);  /* one for each rule of safetensors; accepted */
void corpus_legacy(corpus *c);       /* the ggml family before GGUF */
void corpus_legacy_rules(corpus *c); /* inside and outside of the rules of one layout */
void corpus_lookalikes(corpus *c);   /* what is no model, or of no format that is read */
void corpus_programs(corpus *c);     /* inputs of the targets that read no files */
void corpus_sets(corpus *c);         /* models of several files */
void corpus_zip(corpus *c);

#endif
