/* SPDX-License-Identifier: MIT */
/* The table of formats, and how the format of a file is told. */
#ifndef TGI_FORMATS_FORMAT_H
#define TGI_FORMATS_FORMAT_H

#include "../core/parse.h"

/* Bytes of the file that tgi_detect wants to see, where it has that many. */
#define TGI_DETECT_BYTES 64

/* One format that is read. */
typedef struct tgi_format {
    tg_format format;
    const char *name;
    size_t state_size; /* bytes of zeroed state that `step` keeps between calls */
    bool (*probe)(tgi_cursor c);
    tgi_step (*step)(tgi_parse *p, void *state);
    tgi_step (*finish)(tgi_parse *p, void *state); /* judges the frozen model */
} tgi_format;

extern const tgi_format tgi_gguf, tgi_safetensors;
extern const tgi_format tgi_ggml, tgi_ggmf, tgi_ggjt, tgi_ggla, tgi_ggcc, tgi_ggmm, tgi_repl; /* legacy.c */

/* Stores the format of the file in `*out_format`, or fails with TG_E_EMPTY_FILE, TG_E_MAGIC or TG_E_FORMAT and a
 * hint that says what the file is. Sees the first TGI_DETECT_BYTES of the file, or all of it, and no more. */
TGI_NODISCARD tgi_step tgi_detect(tgi_parse *p, const tgi_format **out_format);

#endif
