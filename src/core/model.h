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
    uint64_t first_mark; /* its first number among the marks, for arrays of strings */
    tg_value_type element_type;
} tgi_array;

/* Arrays of strings have a mark, the offset of an element from the first, for each TGI_MARK_EVERY elements. */
#define TGI_MARK_EVERY 32

/* How values are encoded in the header: bits of tg_value.own.encoding. */
enum {
    TGI_ENCODING_BIG = 1,       /* big-endian */
    TGI_ENCODING_LENGTH_32 = 2, /* lengths and counts have 4 bytes, not 8 */
};

#define TGI_FIRST_WARNING TG_W_TRAILING_NUL
#define TGI_MAX_WARNINGS 64 /* codes from TGI_FIRST_WARNING on, so that a set of them fits in a u64 */

typedef struct tgi_model {
    tgi_arena arena;
    tgi_hash_key hash;
    const uint8_t *header; /* of `header_len` bytes: set by tgi_model_freeze */
    size_t header_len;
    uint64_t file_size;
    tg_format format;
    uint32_t version;
    tg_endian endian;
    uint32_t encoding;
    uint64_t alignment;
    uint64_t data_offset;
    tgi_list keys;    /* of tgi_key */
    tgi_list arrays;  /* of tgi_array */
    tgi_list marks;   /* of uint64_t */
    tgi_list tensors; /* of tgi_tensor */
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

/* Sets every pointer, now that the header stays where it is. */
void tgi_model_freeze(tgi_model *model, const uint8_t *header, size_t header_len);

/* The value of a key of a frozen model. */
tg_value tgi_key_value(const tgi_model *model, const tgi_key *key);

#endif
