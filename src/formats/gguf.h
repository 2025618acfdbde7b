/* SPDX-License-Identifier: MIT */
/* What the two files of GGUF share: gguf.c (header and keys) and gguf_tensors.c (tensor table and data). */
#ifndef TGI_FORMATS_GGUF_H
#define TGI_FORMATS_GGUF_H

#include "../core/validate.h"
#include "format.h"

typedef enum gguf_phase {
    GGUF_HEADER = 0,
    GGUF_KEYS,
    GGUF_ARRAY,
    GGUF_TENSORS,
    GGUF_PADDING,
} gguf_phase;

/* An array whose elements are being read. */
typedef struct gguf_level {
    tg_value_type type;
    uint64_t left; /* elements */
} gguf_level;

typedef struct gguf_state {
    gguf_phase phase;
    uint64_t num_keys, num_tensors; /* that the header declares */
    uint64_t num_elements;          /* of all arrays so far */
    gguf_level levels[TGI_MAX_ARRAY_DEPTH];
    size_t depth;
    bool has_quantization_version;
    bool has_quantized;
    uint64_t quantized_index, quantized_offset; /* the first quantized tensor, and its type field */
} gguf_state;

/* Reads a length, count or dimension: 4 bytes in version 1, 8 after. */
TGI_NODISCARD tgi_step gguf_length(tgi_parse *p, tgi_cursor *c, uint64_t *out, const char *what);

/* Bytes of such a field. */
uint64_t gguf_length_bytes(const tgi_model *model);

/* A string as it stands in the file, and as it is given out: the first writer ended strings of versions 1 and 2
 * with a NUL, which is left out. */
typedef struct gguf_string {
    const uint8_t *bytes;
    uint64_t len;           /* bytes, without that NUL */
    uint64_t length_offset; /* of the length field */
    uint64_t offset;        /* of the first byte */
} gguf_string;

/* Reads the name of a key or tensor, and judges it. */
TGI_NODISCARD tgi_step gguf_name(tgi_parse *p, tgi_cursor *c, const tgi_name_rule *rule, gguf_string *out);

/* Leaves out the one trailing NUL of versions 1 and 2, with a warning. */
TGI_NODISCARD tgi_step gguf_trim_nul(tgi_parse *p, gguf_string *string, const char *what);

/* The steps of the tensor table and of what follows. */
TGI_NODISCARD tgi_step gguf_tensor(tgi_parse *p, gguf_state *s);
TGI_NODISCARD tgi_step gguf_padding(tgi_parse *p, gguf_state *s);

/* Reads the keys of split models into the claim of the frozen model. */
TGI_NODISCARD tgi_step gguf_split(tgi_parse *p);
TGI_NODISCARD tgi_step gguf_finish(tgi_parse *p, void *state);

#endif
