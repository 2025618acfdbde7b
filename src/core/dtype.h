/* SPDX-License-Identifier: MIT */
/* The types of tensors: the table of ggml_type as of August 2026 (ids 0 to 42), and those of safetensors. */
#ifndef TGI_CORE_DTYPE_H
#define TGI_CORE_DTYPE_H

#include "../tensorgate.h"

/* One more than the largest id that ggml has given out. */
#define TGI_GGML_TYPE_COUNT 43

/* Returns the type with ggml's number `id`, or NULL where it is unknown or was removed. */
const tg_dtype_info *tgi_ggml_type(uint32_t id);

/* Returns the type that safetensors calls `name`, or NULL. */
const tg_dtype_info *tgi_safetensors_type(tg_bytes name);

/* Returns the name of a type that ggml removed, or NULL where `id` is none of those. */
const char *tgi_ggml_removed(uint32_t id);

#endif
