/* SPDX-License-Identifier: MIT */
/* Second readers for the oracle of what is not GGUF: written from the formats, sharing nothing with the library but its
 * header. They read a file that was accepted once more, and end the process where the model says something else. */
#ifndef FUZZ_REF_LEGACY_H
#define FUZZ_REF_LEGACY_H

#include "ref_gguf.h"

/* A file of the ggml family before GGUF, as the layout that the model says: numbers, tokens, every record, the last
 * byte. `one_less`: a vocabulary of GPT4All may be one token short. */
void ref_legacy_check(const tg_model *model, const ref_file *file, bool one_less);

/* A safetensors file: every entry of its table, and data that covers the rest of the file. */
void ref_safetensors_check(const tg_model *model, const ref_file *file);

#endif
