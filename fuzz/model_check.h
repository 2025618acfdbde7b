/* SPDX-License-Identifier: MIT */
/* What must hold of every accepted model, whatever its format: recomputed from the public API and the bytes. */
#ifndef FUZZ_MODEL_CHECK_H
#define FUZZ_MODEL_CHECK_H

#include "ref_gguf.h"

/* Ends the process where an invariant does not hold. `can_map`: the source gives out pointers. */
void model_check(const tg_model *model, const ref_file *file, bool can_map);

/* A number made of everything that a caller can see in the model: every byte that is given out is touched. */
uint64_t model_digest(const tg_model *model);

/* Its parts. */
uint64_t digest_head(tg_format format, uint32_t version, tg_endian endian, uint64_t alignment, uint64_t data_offset);
uint64_t digest_key(const tg_key *key, const tg_value *value, uint64_t digest);
uint64_t digest_tensor(const tg_tensor *tensor, uint64_t digest);
uint64_t digest_warning(const tg_warning *warning, uint64_t digest);

/* Every entry of a GGUF model against what the second reader found. */
void model_check_gguf(const tg_model *model, const ref_gguf *ref);

/* The accessors with arguments that make no sense, of this model and of none. */
void total_check(const tg_model *model);

/* The names and sentences of everything that has a number. */
void words_check(void);

/* The accessors of one value agree with each other. */
void value_check(const tg_value *value);
uint64_t digest_value(const tg_value *value, uint64_t digest);

/* A digest that goes on over `size` more bytes. */
uint64_t digest_bytes(uint64_t digest, const void *bytes, size_t size);
uint64_t digest_number(uint64_t digest, uint64_t number);

#endif
