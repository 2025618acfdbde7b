/* SPDX-License-Identifier: MIT */
/* A second reader of GGUF, for the oracle: slow, naive, written from the format and from the promises of
 * tensorgate.h, and sharing nothing with the library but its header. It says what the verdict must be, at which
 * byte, with which warnings, and where every entry is. */
#ifndef FUZZ_REF_GGUF_H
#define FUZZ_REF_GGUF_H

#include "tensorgate.h"

#define REF_FIRST_WARNING 300
#define REF_MAX_WARNINGS 64
#define REF_MAX_DIMS 4

/* A file: `len` bytes, and zeros from there to `size`. */
typedef struct ref_file {
    const uint8_t *data;
    uint64_t len, size;
} ref_file;

typedef struct ref_options {
    uint32_t flags, profile;
    tg_limits limits; /* filled in: no field is 0. The heap is not modelled. */
} ref_options;

typedef struct ref_text {
    uint64_t at, len;
} ref_text;

typedef struct ref_key {
    uint64_t entry;
    ref_text name;
    uint32_t type, element_type;
    uint64_t count;   /* of an array */
    uint64_t at, len; /* of the value's own bytes: of an array, all elements */
} ref_key;

typedef struct ref_tensor {
    uint64_t entry, place_at; /* where its entry and its offset field are */
    ref_text name;
    uint32_t num_dims, type;
    uint64_t dims[REF_MAX_DIMS];
    uint64_t elements, size, start;
} ref_tensor;

typedef struct ref_warning {
    uint64_t count, offset;
} ref_warning;

typedef struct ref_gguf {
    tg_status status; /* of the first rule that is broken */
    uint64_t offset;  /* of the field that breaks it */
    uint32_t version;
    bool big;
    uint64_t num_tensors, num_keys, alignment, header_end, data_offset;
    ref_key *keys;
    ref_tensor *tensors;
    ref_warning warnings[REF_MAX_WARNINGS]; /* number n is warning REF_FIRST_WARNING + n */
    /* its own */
    const ref_file *file;
    const ref_options *options;
    uint64_t pos, num_elements;
    bool has_quantization_version;
} ref_gguf;

/* Reads `file`, which begins with the magic of GGUF. ref_gguf_free gives the memory back. */
void ref_gguf_read(ref_gguf *r, const ref_file *file, const ref_options *options);
void ref_gguf_free(ref_gguf *r);

/* The limits with 0 replaced by what tensorgate.h calls the default. */
tg_limits ref_limits(const tg_limits *limits);

/* Is this strict UTF-8? Written from the definition: decode, then ask what was decoded. */
bool ref_utf8(const uint8_t *text, uint64_t len, uint64_t *out_at, bool *out_nul);

#endif
