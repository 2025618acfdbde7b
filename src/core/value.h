/* SPDX-License-Identifier: MIT */
/* What scalars and arrays share when values are read. */
#ifndef TGI_CORE_VALUE_H
#define TGI_CORE_VALUE_H

#include "cursor.h"
#include "model.h"

/* A cursor over the bytes of `value`, from byte `at` on; from the first where there is no byte `at`. */
tgi_cursor tgi_open_value(const tg_value *value, size_t at);

/* Reads `size` bytes, 1, 2, 4 or 8, as an unsigned number in the cursor's byte order. */
TGI_NODISCARD bool tgi_read_bits(tgi_cursor *c, size_t size, uint64_t *out);

/* The type that GGUF gives the number `id` (ggml, docs/gguf.md); false where it gives it to none. */
TGI_NODISCARD bool tgi_gguf_value_type(uint32_t id, tg_value_type *out);

#endif
