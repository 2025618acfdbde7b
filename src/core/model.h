/* SPDX-License-Identifier: MIT */
/* The model that formats build: first offsets into the header, then, once frozen, pointers. */
#ifndef TGI_CORE_MODEL_H
#define TGI_CORE_MODEL_H

#include "arena.h"
#include "hash.h"

/* Names and values that do not stand in the header as they are given out (decoded, or made up by the format) are
 * kept in the pool of the model. An offset with this bit counts from the start of the pool, all others from the
 * start of the header. */
#define TGI_IN_POOL (UINT64_C(1) << 63)

/* A tensor: what callers see, and what is needed until it is validated. */
typedef struct tgi_tensor {
    tg_tensor seen;        /* `name.ptr` and `dims` are set by tgi_model_freeze */
    uint64_t name_offset;  /* of the bytes of the name, in header or pool */
    uint64_t place_offset; /* of the field that says where the data is */
    uint32_t cut;          /* in a part of a model: 1 + the dimension of which it has a share; 0: it has all of it */
} tgi_tensor;

typedef struct tgi_key {
    tg_key seen;          /* `name.ptr` is set by tgi_model_freeze */
    uint64_t name_offset; /* of the bytes of the name, in header or pool */
    uint64_t value_offset;
    uint64_t extra; /* of a string: its bytes; of an array: its number among the arrays */
} tgi_key;

/* An array that is the value of a key. */
typedef struct tgi_array {
    uint64_t offset;     /* of the first element */
    uint64_t len;        /* bytes of all elements */
    uint64_t count;      /* elements */
    uint64_t first_mark; /* its first number among the marks, for arrays of strings and scores */
    tg_value_type element_type;
    uint32_t encoding; /* of this array, beside that of the model */
} tgi_array;

/* Arrays of strings have a mark, the offset of an element from the first, for each TGI_MARK_EVERY elements. */
#define TGI_MARK_EVERY 32

/* How values are encoded in the header: bits of tg_value.own.encoding. */
enum {
    TGI_ENCODING_BIG = 1,       /* big-endian */
    TGI_ENCODING_LENGTH_32 = 2, /* lengths and counts have 4 bytes, not 8 */
    TGI_ENCODING_SCORED = 4,    /* each string of an array is followed by an f32, which is no part of it */
    TGI_ENCODING_SCORES = 8,    /* an array of those f32 */
    TGI_ENCODING_BIT_31 = 16,   /* the highest bit of a length is no part of it */
};

/* What the header of a file says of the set of files that it is a part of. */
typedef struct tgi_claim {
    tg_set_kind kind;                            /* TG_SET_NONE: it stands alone */
    uint32_t number;                             /* which file of the set it is, from 0 */
    uint32_t count;                              /* files of the set */
    uint64_t num_tensors;                        /* of the whole set */
    uint64_t number_key, count_key, tensors_key; /* the keys that say so */
} tgi_claim;

typedef struct tgi_model {
    tgi_arena arena;
    tgi_hash_key hash;
    const uint8_t *header; /* of `header_len` bytes: set by tgi_model_freeze */
    size_t header_len;
    uint64_t file_size;
    tg_format format;
    tg_layout layout;
    uint32_t version;
    tg_endian endian;
    uint32_t encoding;
    uint64_t alignment;
    uint64_t data_offset;
    tgi_claim claim;
    tgi_list keys;    /* of tgi_key */
    tgi_list arrays;  /* of tgi_array */
    tgi_list marks;   /* of uint64_t */
    tgi_list tensors; /* of tgi_tensor */
    tgi_list pieces;  /* of a model in parts: of uint64_t, for each tensor where it is in each file */
    tgi_list dims;    /* of uint64_t: those of all tensors, one after the other */
    tgi_list pool;    /* of bytes: see TGI_IN_POOL */
    tgi_names key_names, tensor_names;
    tg_warning warnings[TGI_MAX_WARNINGS];
    uint64_t num_warnings;
} tgi_model;

tgi_key *tgi_key_at(const tgi_model *model, uint64_t index);
tgi_tensor *tgi_tensor_at(const tgi_model *model, uint64_t index);
tgi_entries tgi_key_entries(const tgi_model *model);
tgi_entries tgi_tensor_entries(const tgi_model *model);

/* Copies `len` bytes to the end of the pool, and stores their offset, with TGI_IN_POOL. Fails as
 * tgi_arena_resize. */
TGI_NODISCARD tg_status tgi_pool_add(tgi_model *model, const void *bytes, size_t len, uint64_t *out_offset);

/* Makes room for `len` more bytes in the pool, and returns where they go in `*out_bytes`; tgi_pool_keep then takes
 * the first `len` of them into it. Fails as tgi_arena_resize. */
TGI_NODISCARD tg_status tgi_pool_reserve(tgi_model *model, uint64_t len, uint8_t **out_bytes);
uint64_t tgi_pool_keep(tgi_model *model, uint64_t len);

/* Where the bytes at an offset are: see TGI_IN_POOL. */
const char *tgi_bytes_at(const tgi_model *model, uint64_t offset);

/* Sets every pointer, now that the header stays where it is. */
void tgi_model_freeze(tgi_model *model, const uint8_t *header, size_t header_len);

/* The value of a key of a frozen model. */
tg_value tgi_key_value(const tgi_model *model, const tgi_key *key);

#endif
