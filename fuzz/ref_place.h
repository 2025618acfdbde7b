/* SPDX-License-Identifier: MIT */
/* What the two files of the second GGUF reader share (see ref_gguf.h). */
#ifndef FUZZ_REF_PLACE_H
#define FUZZ_REF_PLACE_H

#include "ref_gguf.h"

/* Stores a verdict, and returns false. */
bool ref_fail(ref_gguf *r, tg_status status, uint64_t offset);

/* Counts a warning; where warnings are errors, the same as ref_fail. */
bool ref_warn(ref_gguf *r, tg_status status, uint64_t offset);

uint8_t ref_byte(const ref_gguf *r, uint64_t at);

/* Elements and bytes of a block of ggml's type `id`; false where there is none. */
bool ref_block(uint32_t id, uint64_t *elements, uint64_t *bytes);
bool ref_was_removed(uint32_t id);

/* The judgement of the whole: unique names, and where tensor data is. */
bool ref_judge(ref_gguf *r);

#endif
